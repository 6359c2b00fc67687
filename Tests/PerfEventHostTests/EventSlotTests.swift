import CLinux
import Testing
import VPMUCore

import PerfEventHost

@Suite("What a look at an event tells")
struct EventSlotTests {
  static func reading(_ value: UInt64, enabled: UInt64, running: UInt64) -> clinux_count {
    clinux_count(value: value, enabled: enabled, running: running)
  }

  @Test("end of file is the error state, and a later count ends it")
  func errorState() {
    var slot = EventSlot()
    slot.look(Self.reading(10, enabled: 100, running: 100))
    slot.look(nil)
    #expect(slot.failure == .errorState)
    #expect(slot.count == 10)
    slot.look(Self.reading(12, enabled: 200, running: 200))
    #expect(slot.failure == nil)
    #expect(slot.count == 12)
  }

  @Test("enabled time that grows past running time is an event off its counter, until both grow alike")
  func notScheduled() {
    var slot = EventSlot()
    slot.look(Self.reading(5, enabled: 1000, running: 1000))
    slot.look(Self.reading(5, enabled: 3000, running: 1500))
    #expect(slot.failure == .notScheduled)
    slot.look(Self.reading(9, enabled: 4000, running: 2500))
    #expect(slot.failure == nil)
  }

  @Test("cycles and instructions that stand still for a sensible time are dead; other events may")
  func dead() {
    for neverStandsStill in [true, false] {
      var slot = EventSlot(neverStandsStill: neverStandsStill)
      slot.look(Self.reading(0, enabled: 49_999, running: 49_999))
      #expect(slot.failure == nil)
      slot.look(Self.reading(0, enabled: 50_000, running: 50_000))
      #expect(slot.failure == (neverStandsStill ? .deadCounter : nil))
      slot.look(Self.reading(1, enabled: 60_000, running: 60_000))
      #expect(slot.failure == nil)
    }
  }

  @Test("an event that once counted and stands still since its pause is dead too")
  func diesLater() {
    var slot = EventSlot(neverStandsStill: true)
    slot.look(Self.reading(100, enabled: 1000, running: 1000))
    slot.rebase()
    #expect(slot.count == 0)
    slot.look(Self.reading(100, enabled: 2000, running: 2000))
    #expect(slot.failure == nil)
    slot.look(Self.reading(100, enabled: 60_000, running: 60_000))
    #expect(slot.failure == .deadCounter)
  }

  @Test("an event that was dead is dead until it counts, however often it is paused")
  func staysDead() {
    var slot = EventSlot(neverStandsStill: true)
    slot.look(Self.reading(0, enabled: 60_000, running: 60_000))
    slot.rebase()
    slot.look(Self.reading(0, enabled: 61_000, running: 61_000))
    #expect(slot.failure == .deadCounter)
    slot.rebase()
    slot.look(Self.reading(1, enabled: 62_000, running: 62_000))
    #expect(slot.failure == nil)
  }

  @Test("an event that the kernel stopped is not taken for dead")
  func throttled() {
    var slot = EventSlot(neverStandsStill: true, isThrottled: true)
    slot.look(Self.reading(0, enabled: 1_000_000, running: 1_000_000))
    #expect(slot.failure == nil)
  }
}

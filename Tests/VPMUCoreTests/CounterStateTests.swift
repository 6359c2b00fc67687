import TestSupport
import Testing
import VPMUCore
import VPMUModel

/// A counter that does not count is visible.
struct CounterStateTests {
  private let pmc = PMCIndex.generalPurpose(0)

  @Test("a counter is off, pending, counting, filtered")
  func states() throws {
    let guest = try makeGuest()
    #expect(try guest.vpmu.counterState(pmc) == .off)
    try guest.write(Architectural.select0, Architectural.instructions)
    #expect(try guest.vpmu.counterState(pmc) == .pending)
    _ = try guest.vpmu.enter()
    #expect(try guest.vpmu.counterState(pmc) == .counting(.exact))
    guest.filter.set(
      try EventFilter(action: .allow, entries: [], masked: false, fixedBitmap: 0, eventSelectMask: 0xFF))
    _ = try guest.vpmu.enter()
    #expect(try guest.vpmu.counterState(pmc) == .filtered)
    #expect(try guest.vpmu.counterState(.generalPurpose(9)) == .off)
  }

  @Test("an approximate event says so, and one with edge, invert or counter mask has no generic name")
  func quality() throws {
    let guest = try makeGuest()
    try guest.write(Architectural.select0, 0x43_412E)
    _ = try guest.vpmu.enter()
    #expect(try guest.vpmu.counterState(pmc) == .counting(.approximate))
    for flag in [1 << 18, 1 << 23, 1 << 24] as [UInt64] {
      try guest.write(Architectural.select0, Architectural.instructions | flag)
      _ = try guest.vpmu.enter()
      #expect(try guest.vpmu.counterState(pmc) == .counting(.none))
    }
  }

  @Test("a refused event shows its reason, is tried again with the next pass, and then counts")
  func refusal() throws {
    let guest = try makeGuest()
    guest.host.refuseNextCreations(1)
    try guest.write(Architectural.select0, Architectural.instructions)
    _ = try guest.vpmu.enter()
    #expect(try guest.vpmu.counterState(pmc) == .notCounting(.busy))
    _ = try guest.vpmu.enter()
    #expect(try guest.vpmu.counterState(pmc) == .notCounting(.busy), "a busy host is not asked again by itself")
    try guest.write(Architectural.select1, Architectural.instructions)
    _ = try guest.vpmu.enter()
    #expect(try guest.vpmu.counterState(pmc) == .counting(.exact))
    #expect(guest.vpmu.statistics.retried == 1)
    #expect(guest.vpmu.statistics.refused == 1)
  }
}

import IntelModel
import SimulatedHost
import Synchronization
import TestSupport
import Testing
import VPMUCore
import VPMUModel

struct NotificationTests {
  /// Counter 0 counts instructions and is `distance` before its overflow.
  private func sampling(_ distance: UInt64) throws -> GuestMachine<IntelModel, Reuse> {
    let guest = try makeGuest()
    try guest.write(Architectural.counter0, 0 &- distance)
    try guest.write(Architectural.select0, Architectural.interruptingInstructions)
    return guest
  }

  /// The notifications that came are lost, and it is known that some were.
  private func lose(_ guest: GuestMachine<IntelModel, Reuse>) -> UInt64 {
    exchange(guest, OverflowMailbox.rescan)
  }

  /// The notifications that came are still on their way.
  private func withdraw(_ guest: GuestMachine<IntelModel, Reuse>) -> UInt64 { exchange(guest, 0) }

  private func exchange(_ guest: GuestMachine<IntelModel, Reuse>, _ notifications: UInt64) -> UInt64 {
    let word = guest.vpmu.mailbox.notificationWord.assumingMemoryBound(to: Atomic<UInt64>.self)
    return word.pointee.exchange(notifications, ordering: .acquiringAndReleasing)
  }

  @Test("an overflow gives one PMI and sets the status bit")
  func overflow() throws {
    let guest = try sampling(100)
    try guest.run(99)
    #expect(try guest.run(1) == .run)
    #expect(try guest.vpmu.enter() == .injectPMI)
    #expect(try guest.vpmu.enter() == .run)
    #expect(try guest.read(Architectural.globalStatus) == 1)
  }

  @Test("a filter set from elsewhere does not hide an overflow")
  func filterDoesNotHide() throws {
    let guest = try sampling(100)
    try guest.run(100)
    guest.filter.set(
      try EventFilter(action: .deny, entries: [0xC0], masked: false, fixedBitmap: 0, eventSelectMask: 0xFF))
    #expect(try guest.vpmu.enter() == .injectPMI)
  }

  @Test("an emulated instruction does not hide an overflow")
  func emulationDoesNotHide() throws {
    let guest = try sampling(100)
    _ = try guest.vpmu.enter()
    try guest.vpmu.emulated(Architectural.code, cpl: 3)
    guest.host.run(Architectural.code, ring: .user, count: 100)
    #expect(try guest.vpmu.enter() == .injectPMI)
  }

  @Test("what overflowed before the guest stops its counter is still an overflow")
  func stopAfterOverflow() throws {
    let guest = try sampling(100)
    try guest.run(100)
    try guest.write(Architectural.select0, 0)
    #expect(try guest.vpmu.enter() == .injectPMI)
    #expect(try guest.read(Architectural.counter0) == 0)
  }

  @Test("lost notifications are found by the counts, and nothing else is taken for one")
  func rescan() throws {
    let guest = try sampling(100)
    try guest.write(Architectural.counter1, 0 &- 1000)
    try guest.write(Architectural.select1, Architectural.interruptingInstructions)
    try guest.run(100)
    // As if the signal had found no place in the queue.
    #expect(lose(guest) == 1)
    #expect(try guest.vpmu.enter() == .injectPMI)
    #expect(try guest.read(Architectural.globalStatus) == 1)
  }

  @Test("the lost overflow of a counter that was written while it ran is found when its notification was due")
  func lostNotificationOfAWrittenCounter() throws {
    let guest = try sampling(100)
    try guest.run(50)
    try guest.write(Architectural.counter0, 0 &- 200)
    try guest.run(199)
    guest.vpmu.mailbox.requestRescan()
    #expect(try guest.vpmu.enter() == .run)
    try guest.run(1)
    #expect(lose(guest) == 1)
    #expect(try guest.vpmu.enter() == .injectPMI)
  }

  /// Signals are asynchronous: this one comes after the counter was looked at for another reason.
  @Test("a notification that comes late gives one overflow, found by the count")
  func lateNotification() throws {
    let guest = try sampling(100)
    try guest.run(100)
    _ = withdraw(guest)
    try guest.write(Architectural.select0, Architectural.instructions)
    #expect(try guest.vpmu.enter() == .injectPMI)
    #expect(try guest.read(Architectural.globalStatus) == 1)
    try guest.write(MSRNumber(0x390), 1)
    guest.vpmu.mailbox.postNotification(.generalPurpose(0))
    #expect(try guest.vpmu.enter() == .run)
    #expect(try guest.read(Architectural.globalStatus) == 0)
  }

  @Test("a notification that never comes is made good, and the next one counts")
  func missingNotification() throws {
    let guest = try sampling(100)
    try guest.run(150)
    _ = withdraw(guest)
    try guest.write(Architectural.select0, 0)
    #expect(try guest.vpmu.enter() == .injectPMI)
    #expect(try guest.read(Architectural.counter0) == 50)
    try guest.write(MSRNumber(0x390), 1)
    try guest.write(Architectural.counter0, 0 &- 10)
    try guest.write(Architectural.select0, Architectural.interruptingInstructions)
    #expect(try guest.run(10) == .run)
    #expect(try guest.vpmu.enter() == .injectPMI)
    #expect(try guest.read(Architectural.globalStatus) == 1)
  }

  @Test("a notification for a counter that does not exist changes nothing")
  func foreignNotification() throws {
    let guest = try sampling(100)
    for pmc in 0..<63 where pmc != 0 { guest.vpmu.mailbox.postNotification(PMCIndex(rawValue: UInt32(pmc))) }
    _ = try guest.vpmu.enter()
    #expect(try guest.read(Architectural.globalStatus) & ~0x7_0000_000F == 0)
  }
}

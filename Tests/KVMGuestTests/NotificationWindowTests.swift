import CLinux
import Glibc
import IntelModel
import KVMGuest
import KVMPMU
import Testing
import VPMUCore
import VPMUModel

import PerfEventHost

extension Guest {
  /// The window between `enter` and KVM_RUN, on events of this kernel that happen when the test wants: page faults of
  /// this thread.
  @Suite(.enabled(if: capabilities.softwareAccess.isAvailable, "perf_event_open gives no software events here"))
  struct NotificationWindowTests {
    @Test func `A notification between enter and KVM_RUN keeps the guest from running, and is a PMI at the next enter`()
      throws
    {
      let seen = try Guest.run { () -> Seen in
        let signal = try OverflowSignal.install(OverflowSignal.range.lowerBound + 7)
        signal.unblockHere()
        let guest = try Self.guest(PerfEventOptions(source: .pageFaults, signal: signal))
        let pages = FreshPages(Int(Self.period) * 2)
        var seen = Seen()
        let cpu = guest.cpu
        try cpu.setLVTPC(.nmi)
        _ = try cpu.perform([
          .wrmsr(MSRNumber(0xC1), UInt64(bitPattern: -Self.period)), .wrmsr(MSRNumber(0x186), 0x51_00C0),
          .wrmsr(MSRNumber(0x38F), 1),
        ])
        let vcpu = cpu.hookup.vcpu
        try cpu.load([.userLoop(10)])
        seen.firstAction = try cpu.hookup.enter()
        seen.raisedByEnter = vcpu.immediateExit.pointee == 1
        let before = try Self.registers(vcpu)
        pages.touchAll()
        seen.raisedByNotification = vcpu.immediateExit.pointee == 1
        seen.guestRan = try vcpu.enterGuest()
        seen.stoodStill = try Self.registers(vcpu) == before
        seen.secondAction = try cpu.hookup.enter()
        seen.raisedAfterwards = vcpu.immediateExit.pointee == 1
        _ = try cpu.run()
        seen.pmis = cpu.pmis.count
        return seen
      }
      #expect(
        seen
          == Seen(
            firstAction: .run, raisedByEnter: false, raisedByNotification: true, guestRan: false, stoodStill: true,
            secondAction: .injectPMI, raisedAfterwards: false, pmis: 1))
    }

    struct Seen: Sendable, Equatable {
      var firstAction = EntryAction.run
      var raisedByEnter = false
      var raisedByNotification = false
      var guestRan = false
      var stoodStill = false
      var secondAction = EntryAction.run
      var raisedAfterwards = false
      var pmis: UInt64 = 0
    }

    @Test func `Overflows of a clock that goes on while the guest runs are PMIs, and it is interrupted for them`()
      throws
    {
      let pmis = try Guest.run { () -> HandledPMIs in
        let signal = try OverflowSignal.install(OverflowSignal.range.lowerBound + 7)
        signal.unblockHere()
        let guest = try Self.guest(
          PerfEventOptions(source: .softwareClock, signal: signal),
          VCPUOptions(kickInterval: 500_000, looksAtCounts: true))
        let cpu = guest.cpu
        let map = try cpu.findRegisters(IntelModel().declaration, widths: (48, 48))
        let set = Self.everyTwoMilliseconds(on: map)
        try cpu.setLVTPC(.nmi)
        cpu.handlePMIs(of: set, on: map)
        _ = try cpu.perform(Self.program(set, on: map))
        // One KVM_RUN of ten milliseconds and more, if nothing interrupts it.
        for _ in 0..<50 where cpu.pmis.count < 5 { _ = try cpu.perform(.userLoop(20_000_000)) }
        return cpu.pmis
      }
      #expect(pmis.count >= 5)
      #expect(pmis.empty == 0)
    }
  }
}

import CLinux
import Glibc
import KVMPMU
import Testing

@Suite struct SliceClockTests {
  /// What the clock says after each of these pauses, in µs.
  static func looks(_ source: SliceClock.Source, after pauses: [UInt32]) -> [Bool] {
    var clock = SliceClock(source)
    return pauses.map { pause in
      if pause > 0 { usleep(pause) }
      return clock.hasBegun()
    }
  }

  @Test func `By time, a slice begins once in its length`() {
    #expect(Self.looks(.time(50_000_000), after: [0, 60_000, 0]) == [false, true, false])
  }

  @Test func `By switches, one begins when the thread slept, but none sooner than the minimum`() {
    // A guest that executes HLT sleeps often.
    #expect(
      Self.looks(.threadSwitches(minimum: 50_000_000), after: [100, 100, 60_000, 0]) == [false, false, true, false])
  }

  @Test func `A VMM that tells by itself is not told`() {
    #expect(Self.looks(.external, after: [0, 1000]) == [false, false])
  }
}

@Suite struct GuestCountingTests {
  @Test(arguments: [
    (["/sys/module/kvm_intel"], GuestCounting.native), (["/sys/module/kvm_amd"], .native), ([], .native),
    (["/sys/module/kvm_pvm"], .nestedInSoftware), (["/sys/module/kvm_pvm", "/sys/module/kvm_amd"], .native),
  ])
  func `The module that runs guests tells`(_ modules: [String], _ expected: GuestCounting) {
    #expect(GuestCounting.detect { modules.contains($0) } == expected)
  }
}

@Suite(.serialized) struct KickTests {
  static let signal = clinux_last_realtime_signal() - 3

  @Test func `A kick reaches the vCPU of the thread that it is sent to, and no other`() throws {
    #expect(clinux_kick_install(Self.signal) == 0)
    clinux_signal_unblock(Self.signal)
    let flags = UnsafeMutablePointer<UInt8>.allocate(capacity: 2)
    flags.initialize(repeating: 0, count: 2)
    defer { flags.deallocate() }
    clinux_kick_set_target(flags)
    pthread_kill(pthread_self(), Self.signal)
    #expect(flags[0] == 1 && flags[1] == 0)
    clinux_kick_clear(flags)
    #expect(flags[0] == 0)
    clinux_kick_set_target(nil)
    pthread_kill(pthread_self(), Self.signal)
    #expect(flags[0] == 0)
  }

  @Test func `A signal that has a handler of someone else is not taken`() {
    let signal = Self.signal - 1
    var other = sigaction()
    other.__sigaction_handler.sa_handler = { _ in }
    sigaction(signal, &other, nil)
    #expect(clinux_kick_install(signal) == -EBUSY)
    other.__sigaction_handler.sa_handler = SIG_IGN
    sigaction(signal, &other, nil)
    #expect(clinux_kick_install(0) == -EINVAL)
  }
}

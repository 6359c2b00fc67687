import CGuestProgram
import CLinux
import KVMPMU
import VPMUModel

extension VirtualCPU {
  /// Runs the guest until it writes to the exit port.
  ///
  /// - Returns: what it wrote
  public func run() throws(GuestError) -> UInt32 {
    let signal = options.kickSignal ?? clinux_last_realtime_signal()
    let kicks = try Kicks(signal, limit: options.timeLimit, interval: options.kickInterval)
    defer { kicks.end() }
    let start = clinux_monotonic_time()
    while true {
      if let written = try step() { return written }
      // A guest that does not exit is kicked out, one that exits all the time is asked as well.
      if clinux_monotonic_time() &- start >= options.timeLimit { throw .timeLimit(nanoseconds: options.timeLimit) }
    }
  }

  /// Enters the guest once.
  ///
  /// - Returns: what it wrote to the exit port, if that is why it stopped
  public func step() throws(GuestError) -> UInt32? {
    do throws(HookupError) {
      // Without it, an `immediate_exit` of before would keep the guest out.
      if entersPMU { try hookup.enter() } else { clinux_kick_clear(hookup.vcpu.immediateExit) }
    } catch { throw .hookup(error) }
    return try enterGuest()
  }

  /// Enters the guest once, without `hookup.enter()`.
  func enterGuest() throws(GuestError) -> UInt32? {
    let vcpu = hookup.vcpu
    entries &+= 1
    let hasExit: Bool
    do throws(KVMError) { hasExit = try vcpu.enterGuest() } catch { throw .kvm(error) }
    do throws(HookupError) {
      try hookup.guestRan()
      if !hasExit, options.looksAtCounts { hookup.pmu.lookAtCounts() }
      guard hasExit, try hookup.handle() == .notMine else { return nil }
    } catch { throw .hookup(error) }
    return try handle(vcpu.run)
  }

  /// The machine's own exits.
  private func handle(_ run: UnsafeMutablePointer<kvm_run>) throws(GuestError) -> UInt32? {
    if run.pointee.exit_reason == UInt32(KVM_EXIT_IO) { return ports.perform(run) }
    if !registers.answer(run) { try hookup.vcpu.endUnlessInterrupted() }
    return nil
  }

  /// What the guest wrote to its serial line since the last call.
  public func takeOutput() -> [UInt8] { ports.takeOutput() }
}

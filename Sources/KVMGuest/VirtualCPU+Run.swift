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
    switch Int32(bitPattern: run.pointee.exit_reason) {
    case KVM_EXIT_IO:
      return devices.perform(run)
    case KVM_EXIT_X86_RDMSR:
      let exit = clinux_kvm_msr(run)
      let value = registers.read(exit.pointee.index)
      exit.pointee.data = value ?? 0
      exit.pointee.error = value == nil ? 1 : 0
      return nil
    case KVM_EXIT_X86_WRMSR:
      let exit = clinux_kvm_msr(run)
      exit.pointee.error = registers.write(exit.pointee.index, exit.pointee.data) ? 0 : 1
      return nil
    case KVM_EXIT_INTR, KVM_EXIT_IRQ_WINDOW_OPEN: return nil
    case KVM_EXIT_INTERNAL_ERROR, KVM_EXIT_FAIL_ENTRY, KVM_EXIT_SHUTDOWN:
      var regs = kvm_regs()
      _ = clinux_kvm_get_regs(hookup.vcpu.fd, &regs)
      throw .stopped(reason: run.pointee.exit_reason, detail: clinux_kvm_failure(run), rip: regs.rip)
    default: throw .unknownExit(reason: run.pointee.exit_reason)
    }
  }

  /// What the guest wrote to its serial line since the last call.
  public func takeOutput() -> [UInt8] { devices.takeOutput() }
}

/// Timers that get this thread out of KVM_RUN: at the time limit, and in between.
private struct Kicks {
  private let timers: [UInt]

  init(_ signal: Int32, limit: UInt64, interval: UInt64?) throws(GuestError) {
    do throws(KVMError) {
      try KVMError.check("sigaction", clinux_kick_install(signal))
      clinux_signal_unblock(signal)
      var timers = [try Self.start(signal, limit, 0)]
      if let interval {
        do throws(KVMError) { timers.append(try Self.start(signal, interval, interval)) } catch {
          clinux_kick_timer_delete(timers[0])
          throw error
        }
      }
      self.timers = timers
    } catch { throw .kvm(error) }
  }

  func end() { for timer in timers { clinux_kick_timer_delete(timer) } }

  private static func start(_ signal: Int32, _ first: UInt64, _ interval: UInt64) throws(KVMError) -> UInt {
    var timer: UInt = 0
    try KVMError.check("timer_create", clinux_kick_timer(signal, first, interval, &timer))
    return timer
  }
}

import CLinux
import KVMPMU

/// Timers that get this thread out of KVM_RUN: at the time limit, and in between.
struct Kicks {
  private let timers: [UInt]

  /// From the limit on there is a kick every so many ns. One alone could be lost: it may come while the vCPU is outside
  /// of KVM_RUN, whose next `enter` takes it back, or before the limit by the clock that is asked then.
  private static let urgency: UInt64 = 10_000_000

  /// Calls `step` until it has a result, with kicks as the options say.
  ///
  /// - Throws: ``GuestError/timeLimit(nanoseconds:)``, and what `step` throws
  static func around<Result>(
    _ options: VCPUOptions, _ step: () throws(GuestError) -> Result?
  ) throws(GuestError) -> Result {
    let signal = options.kickSignal ?? clinux_last_realtime_signal()
    let kicks = try Kicks(signal, limit: options.timeLimit, interval: options.kickInterval)
    defer { kicks.end() }
    let start = clinux_monotonic_time()
    while true {
      if let result = try step() { return result }
      // A guest that does not exit is kicked out, one that exits all the time is asked as well.
      if clinux_monotonic_time() &- start >= options.timeLimit { throw .timeLimit(nanoseconds: options.timeLimit) }
    }
  }

  private init(_ signal: Int32, limit: UInt64, interval: UInt64?) throws(GuestError) {
    do throws(KVMError) {
      try KVMError.check("sigaction", clinux_kick_install(signal))
      clinux_signal_unblock(signal)
      var timers = [try Self.start(signal, max(limit, 1), Self.urgency)]
      if let interval {
        do throws(KVMError) { timers.append(try Self.start(signal, interval, interval)) } catch {
          clinux_kick_timer_delete(timers[0])
          throw error
        }
      }
      self.timers = timers
    } catch { throw .kvm(error) }
  }

  private func end() { for timer in timers { clinux_kick_timer_delete(timer) } }

  private static func start(_ signal: Int32, _ first: UInt64, _ interval: UInt64) throws(KVMError) -> UInt {
    var timer: UInt = 0
    try KVMError.check("timer_create", clinux_kick_timer(signal, first, interval, &timer))
    return timer
  }
}

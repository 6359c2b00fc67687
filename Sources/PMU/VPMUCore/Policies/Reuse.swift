import VPMUModel

/// Reuse with lazy release, the default: a stopped event stays, paused; the same configuration resumes it; what was not
/// used for a whole time slice is released.
public struct Reuse: EventPolicy {
  public typealias CounterState = NoPolicyState
  public typealias VCPUState = NoPolicyState

  public static var name: String { "reuse" }

  public init() {}

  @inlinable
  public static func stop<Host>(
    _ counter: inout Counter<NoPolicyState>, _ pmc: PMCIndex, on events: EventAccounting<Host, Self>
  ) -> UInt64 {
    events.pause(&counter)
  }

  @inlinable
  public static func resume<Host>(
    _ counter: inout Counter<NoPolicyState>, _ configuration: CounterConfiguration,
    on events: EventAccounting<Host, Self>
  ) -> Bool {
    counter.configuration == configuration.value && events.resume(&counter, period: configuration.period)
  }

  @inlinable
  public static func retire<Host>(
    _ counter: inout Counter<NoPolicyState>, _ pmc: PMCIndex, on events: EventAccounting<Host, Self>
  ) -> UInt64 {
    events.release(&counter)
  }
}

/// The steps of reuse, for the policies that pause an event by disabling it.
extension EventAccounting {
  /// Pauses the counter's event, if it counts.
  ///
  /// - Returns: its counts that are not in the counter's base.
  @inlinable @inline(__always)
  public func pause(_ counter: inout Counter<Policy.CounterState>) -> UInt64 {
    guard counter.phase == .counting else { return 0 }
    counter.phase = .disabled
    return host.pauseAndReset(counter.event) &- counter.origin
  }

  /// Resumes the counter's paused event with a new period, if the host accepts it.
  @inlinable @inline(__always)
  public func resume(_ counter: inout Counter<Policy.CounterState>, period: UInt64) -> Bool {
    guard counter.phase != .none, host.knownFailure(of: counter.event) == nil,
      host.setPeriod(period, of: counter.event), host.resume(counter.event)
    else { return false }
    counter.start(at: 0, distance: period)
    countReuse()
    return true
  }
}

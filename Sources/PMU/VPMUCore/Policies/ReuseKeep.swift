import VPMUModel

/// Reuse without lazy release: an event is released only for another configuration or at reset. It is here to measure
/// what each half of ``Reuse`` brings.
public struct ReuseKeep: EventPolicy {
  public typealias CounterState = NoPolicyState
  public typealias VCPUState = NoPolicyState

  public static var name: String { "reuse-keep" }

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
  ) -> UInt64 { 0 }
}

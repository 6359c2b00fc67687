import VPMUModel

/// An event is released whenever its counter is stopped and created whenever it is programmed: how it was before reuse.
public struct Recreate: EventPolicy {
  public typealias CounterState = NoPolicyState
  public typealias VCPUState = NoPolicyState

  public static var name: String { "recreate" }

  public init() {}

  @inlinable
  public static func stop<Host>(
    _ counter: inout Counter<NoPolicyState>, _ pmc: PMCIndex, on events: EventAccounting<Host, Self>
  ) -> UInt64 {
    events.release(&counter)
  }

  @inlinable
  public static func resume<Host>(
    _ counter: inout Counter<NoPolicyState>, _ configuration: CounterConfiguration,
    on events: EventAccounting<Host, Self>
  ) -> Bool { false }

  @inlinable
  public static func retire<Host>(
    _ counter: inout Counter<NoPolicyState>, _ pmc: PMCIndex, on events: EventAccounting<Host, Self>
  ) -> UInt64 { 0 }
}

import VPMUModel

/// Reuse without lazy release: an event is given back only for another configuration or at reset. It is here to measure
/// what each half of ``Reuse`` brings.
public struct ReuseKeep: EventPolicy {
  public static var name: String { "reuse-keep" }

  public init() {}

  @inlinable
  public static func stop<Host>(_ slot: inout CounterSlot<Host.Event>, on host: EventAccounting<Host>) -> UInt64 {
    Reuse.stop(&slot, on: host)
  }

  @inlinable
  public static func restart<Host>(
    _ slot: inout CounterSlot<Host.Event>, _ wish: CounterWish, on host: EventAccounting<Host>
  ) -> Bool {
    Reuse.restart(&slot, wish, on: host)
  }

  @inlinable
  public static func retire<Host>(
    _ slot: inout CounterSlot<Host.Event>, _ pmc: PMCIndex, on host: EventAccounting<Host>
  ) -> UInt64 { 0 }
}

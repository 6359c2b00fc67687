import VPMUModel

/// An event is given back whenever its counter is stopped and made whenever it is programmed: how it was before reuse.
public struct Recreate: EventPolicy {
  public static var name: String { "recreate" }

  public init() {}

  @inlinable
  public static func stop<Host>(_ slot: inout CounterSlot<Host.Event>, on host: EventAccounting<Host>) -> UInt64 {
    host.release(&slot)
  }

  @inlinable
  public static func restart<Host>(
    _ slot: inout CounterSlot<Host.Event>, _ wish: CounterWish, on host: EventAccounting<Host>
  ) -> Bool { false }

  @inlinable
  public static func retire<Host>(
    _ slot: inout CounterSlot<Host.Event>, _ pmc: PMCIndex, on host: EventAccounting<Host>
  ) -> UInt64 { 0 }
}

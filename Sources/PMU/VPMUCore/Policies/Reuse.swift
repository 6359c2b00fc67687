import VPMUModel

/// Reuse with lazy release, the default: a stopped event stays, paused; the same configuration resumes it; what was not
/// used for a whole time slice is given back.
public struct Reuse: EventPolicy {
  public static var name: String { "reuse" }

  public init() {}

  @inlinable
  public static func stop<Host>(_ slot: inout CounterSlot<Host.Event>, on host: EventAccounting<Host>) -> UInt64 {
    host.pause(&slot)
  }

  @inlinable
  public static func restart<Host>(
    _ slot: inout CounterSlot<Host.Event>, _ wish: CounterWish, on host: EventAccounting<Host>
  ) -> Bool {
    slot.configuration == wish.configuration && host.resume(&slot, period: wish.period)
  }

  @inlinable
  public static func retire<Host>(
    _ slot: inout CounterSlot<Host.Event>, _ pmc: PMCIndex, on host: EventAccounting<Host>
  ) -> UInt64 {
    host.release(&slot)
  }
}

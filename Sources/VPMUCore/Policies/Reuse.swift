/// Reuse with lazy release, the default: a stopped event stays, paused; the same configuration resumes it; what was not
/// used for a whole time slice is given back.
public struct Reuse: EventPolicy {
  public static var name: String { "reuse" }

  public init() {}

  @inlinable
  public static func stop<Host>(_ slot: inout CounterSlot<Host.Event>, on host: CountedHost<Host>) -> UInt64 {
    host.pause(&slot)
  }

  @inlinable
  public static func restart<Host>(
    _ slot: inout CounterSlot<Host.Event>, configuration: UInt64, period: UInt64, on host: CountedHost<Host>
  ) -> Bool {
    slot.configuration == configuration && host.resume(&slot, period: period)
  }

  @inlinable
  public static func retire<Host>(_ slot: inout CounterSlot<Host.Event>, on host: CountedHost<Host>) -> UInt64 {
    host.release(&slot)
  }
}

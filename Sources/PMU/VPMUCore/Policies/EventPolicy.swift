import VPMUModel

/// How host events are kept while the guest reprograms its counters. One type each; the counter's state machine
/// (`VirtualPMU`) asks at a few moments and knows nothing of the answer.
public protocol EventPolicy: Sendable {
  /// The name on a command line.
  static var name: String { get }

  /// Whether an event runs on while its counter is stopped: a notification may then be nobody's, and is looked into at once. Else
  /// the pass that follows it stops the event and reads its count anyway.
  static var pausesSoftly: Bool { get }

  /// The counter is to be looked at: it stops counting.
  ///
  /// - Returns: what its event counted since the last fold.
  static func stop<Host>(_ slot: inout CounterSlot<Host.Event>, on host: EventAccounting<Host>) -> UInt64

  /// The counter is to count.
  ///
  /// - Returns: true if the event that the slot holds does so now; false: a new one must be made.
  static func restart<Host>(
    _ slot: inout CounterSlot<Host.Event>, _ wish: CounterWish, on host: EventAccounting<Host>
  ) -> Bool

  /// A new event is to be made for the slot.
  ///
  /// - Returns: its period.
  static func firstPeriod<Event>(_ slot: inout CounterSlot<Event>, _ wish: CounterWish) -> UInt64

  /// A running counter was written: it overflows `period` events after `count`.
  ///
  /// - Returns: whether its alarm is to be looked at (``rearm(_:on:)``) before the guest runs.
  static func move<Host>(
    _ slot: inout CounterSlot<Host.Event>, to period: UInt64, at count: UInt64, on host: EventAccounting<Host>
  ) -> Bool

  /// The alarm of a running counter rang early, or the counter was written.
  static func rearm<Host>(_ slot: inout CounterSlot<Host.Event>, on host: EventAccounting<Host>)

  /// A time slice began, and in the last one the guest neither touched nor enabled this counter.
  ///
  /// - Returns: what its event counted since the last fold, if it was given back.
  static func retire<Host>(
    _ slot: inout CounterSlot<Host.Event>, _ pmc: PMCIndex, on host: EventAccounting<Host>
  ) -> UInt64

  /// The time slice is over, and counters that were not used have been retired.
  ///
  /// - Parameter wasUsed: whether the guest touched any counter in it
  static func endSlice<Host>(wasUsed: Bool, on host: EventAccounting<Host>)
}

/// For policies that pause an event by disabling it.
extension EventPolicy {
  @inlinable
  public static var pausesSoftly: Bool { false }

  @inlinable
  public static func firstPeriod<Event>(_ slot: inout CounterSlot<Event>, _ wish: CounterWish) -> UInt64 { wish.period }

  @inlinable
  public static func move<Host>(
    _ slot: inout CounterSlot<Host.Event>, to period: UInt64, at count: UInt64, on host: EventAccounting<Host>
  ) -> Bool {
    guard let event = slot.running else { return false }
    slot.alarm = (count &- slot.origin) &+ period
    slot.overflowIsLatched = false
    // Refused: the notification comes when it comes, and the count tells of the overflow at the next look.
    _ = host.host.setPeriod(period, of: event)
    return false
  }

  @inlinable
  public static func rearm<Host>(_ slot: inout CounterSlot<Host.Event>, on host: EventAccounting<Host>) {}

  @inlinable
  public static func endSlice<Host>(wasUsed: Bool, on host: EventAccounting<Host>) {}
}

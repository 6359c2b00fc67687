/// How host events are kept while the guest reprograms its counters. One type each; the counter's state machine
/// (`VirtualPMU`) asks at three moments and knows nothing of the answer.
public protocol EventPolicy: Sendable {
  /// The name on a command line.
  static var name: String { get }

  /// The counter is to be looked at: it stops counting.
  ///
  /// - Returns: what its event counted since the last fold.
  static func stop<Host>(_ slot: inout CounterSlot<Host.Event>, on host: CountedHost<Host>) -> UInt64

  /// The counter is to count `configuration` with `period` (events).
  ///
  /// - Returns: true if the event that the slot holds does so now; false: a new one must be made.
  static func restart<Host>(
    _ slot: inout CounterSlot<Host.Event>, configuration: UInt64, period: UInt64, on host: CountedHost<Host>
  ) -> Bool

  /// A time slice began, and in the last one the guest neither touched nor enabled this counter.
  ///
  /// - Returns: what its event counted since the last fold, if it was given back.
  static func retire<Host>(_ slot: inout CounterSlot<Host.Event>, on host: CountedHost<Host>) -> UInt64
}

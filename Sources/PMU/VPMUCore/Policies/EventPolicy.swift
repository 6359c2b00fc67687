import VPMUModel

/// How host events are kept while the guest reprograms its counters. One type for each; the counter's state machine
/// (``VirtualPMU``) calls it at a few moments and never asks which policy it is.
///
/// A policy is stateless; what it keeps is memory of the virtual CPU's: ``CounterState`` for each counter,
/// ``VCPUState`` once.
public protocol EventPolicy: Sendable {
  /// What the policy keeps for each counter.
  associatedtype CounterState: BitwiseCopyable
  /// What the policy keeps for each virtual CPU.
  associatedtype VCPUState: BitwiseCopyable

  /// The name on a command line.
  static var name: String { get }

  static var counterState: CounterState { get }
  static var vcpuState: VCPUState { get }
  /// Frees what `state` holds; it has no events any more.
  static func deallocate(_ state: VCPUState)

  /// The counter stops counting: to be reprogrammed, saved, or bound to another thread.
  ///
  /// - Returns: the counts of its event that are not in the counter's base.
  static func stop<Host>(
    _ counter: inout Counter<CounterState>, _ pmc: PMCIndex, on events: EventAccounting<Host, Self>
  ) -> UInt64

  /// The counter is to count.
  ///
  /// - Returns: true if the counter's event does so now; false: another one is needed.
  static func resume<Host>(
    _ counter: inout Counter<CounterState>, _ configuration: CounterConfiguration,
    on events: EventAccounting<Host, Self>
  ) -> Bool

  /// A new event is to be created for the counter.
  ///
  /// - Returns: its period, in events.
  static func firstPeriod<Host>(
    _ counter: inout Counter<CounterState>, _ configuration: CounterConfiguration,
    on events: EventAccounting<Host, Self>
  ) -> UInt64

  /// A counting counter was written: it overflows `distance` events after `count`.
  static func overflowMoved<Host>(
    _ counter: inout Counter<CounterState>, _ pmc: PMCIndex, to distance: UInt64, at count: UInt64,
    on events: EventAccounting<Host, Self>)

  /// A notification of the counter arrived, or its count is checked for another reason.
  static func checkOverflow<Host>(
    _ counter: inout Counter<CounterState>, _ moment: CheckMoment, on events: EventAccounting<Host, Self>
  ) -> OverflowCheck

  /// A time slice began, and in the last one the guest neither accessed nor enabled this counter.
  ///
  /// - Returns: the counts of its event that are not in the counter's base, if it was released.
  static func retire<Host>(
    _ counter: inout Counter<CounterState>, _ pmc: PMCIndex, on events: EventAccounting<Host, Self>
  ) -> UInt64

  // Empty by default: for a policy that lets events run on, and keeps events that no counter uses.

  /// Counters that no notification comes for in time: their counts are checked at each access and entry.
  static func polled<Host>(on events: EventAccounting<Host, Self>) -> UInt64

  /// Counters that the policy itself has work for before the guest runs, in ``polled(on:)`` or
  /// ``requestsHandled(on:)``.
  static func pending<Host>(on events: EventAccounting<Host, Self>) -> UInt64

  /// The counter's own event can't be resumed. Gives it another one that counts the same, if there is one.
  ///
  /// - Parameter isFree: whether a counter that does not count now will not need its event of this key
  /// - Returns: whether it is worth resuming again.
  static func adoptEvent<Host>(
    _ counter: inout Counter<CounterState>, _ configuration: CounterConfiguration,
    on events: EventAccounting<Host, Self>, isFree: (PMCIndex, EventKey) -> Bool
  ) -> Bool

  /// The host refused to create an event.
  ///
  /// - Returns: whether events were given back or disabled for it, so that the host can be asked once more.
  static func reclaimEvents<Host>(after refusal: HostRefusal, on events: EventAccounting<Host, Self>) -> Bool

  /// The marked counters, if any, have been reprogrammed; the guest is about to run.
  static func requestsHandled<Host>(on events: EventAccounting<Host, Self>)

  /// The time slice is over, and counters that were not used have been retired.
  ///
  /// - Parameter wasUsed: whether the guest accessed any counter in it
  static func endSlice<Host>(wasUsed: Bool, on events: EventAccounting<Host, Self>)

  /// The counters hold no event any more: releases those that the policy keeps.
  static func releaseKeptEvents<Host>(on events: EventAccounting<Host, Self>)
}

/// The state of a policy that keeps none.
@frozen
public struct NoPolicyState: BitwiseCopyable, Sendable {
  @inlinable
  init() {}
}

/// For policies without state.
extension EventPolicy where CounterState == NoPolicyState, VCPUState == NoPolicyState {
  @inlinable
  public static var counterState: NoPolicyState { NoPolicyState() }
  @inlinable
  public static var vcpuState: NoPolicyState { NoPolicyState() }
  @inlinable
  public static func deallocate(_ state: NoPolicyState) {}
}

/// For policies that stop a counter by disabling its event.
extension EventPolicy {
  @inlinable
  public static func firstPeriod<Host>(
    _ counter: inout Counter<CounterState>, _ configuration: CounterConfiguration,
    on events: EventAccounting<Host, Self>
  ) -> UInt64 { configuration.period }

  @inlinable
  public static func overflowMoved<Host>(
    _ counter: inout Counter<CounterState>, _ pmc: PMCIndex, to distance: UInt64, at count: UInt64,
    on events: EventAccounting<Host, Self>
  ) {
    // Refused: the notification comes at another time, and the count tells of the overflow at the next check.
    _ = events.host.setPeriod(distance, of: counter.event)
  }

  @inlinable
  public static func checkOverflow<Host>(
    _ counter: inout Counter<CounterState>, _ moment: CheckMoment, on events: EventAccounting<Host, Self>
  ) -> OverflowCheck {
    if moment.isEntry && moment.hasNotification { return .reprogram }
    if counter.phase == .counting, !counter.overflowIsLatched,
      events.host.read(counter.event) &- counter.origin >= counter.distance
    {
      return .overflow
    }
    // Late or early: reprogramming sees to it that the next one comes in time.
    return moment.hasNotification ? .reprogram : .unchanged
  }

  @inlinable
  public static func polled<Host>(on events: EventAccounting<Host, Self>) -> UInt64 { 0 }

  @inlinable
  public static func pending<Host>(on events: EventAccounting<Host, Self>) -> UInt64 { 0 }

  @inlinable
  public static func adoptEvent<Host>(
    _ counter: inout Counter<CounterState>, _ configuration: CounterConfiguration,
    on events: EventAccounting<Host, Self>, isFree: (PMCIndex, EventKey) -> Bool
  ) -> Bool { false }

  @inlinable
  public static func reclaimEvents<Host>(after refusal: HostRefusal, on events: EventAccounting<Host, Self>) -> Bool {
    false
  }

  @inlinable
  public static func requestsHandled<Host>(on events: EventAccounting<Host, Self>) {}

  @inlinable
  public static func endSlice<Host>(wasUsed: Bool, on events: EventAccounting<Host, Self>) {}

  @inlinable
  public static func releaseKeptEvents<Host>(on events: EventAccounting<Host, Self>) {}
}

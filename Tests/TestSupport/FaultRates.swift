import VPMUCore

/// What real hosts do to a virtual PMU, each with a chance in percent: 0 never, 100 always.
public struct FaultRates: Sendable {
  /// A notification waits until ``FaultInjectingHost/deliverHeldNotifications()``.
  public var late: UInt64 = 0
  /// A notification is dropped, and nobody knows.
  public var lost: UInt64 = 0
  /// A notification is dropped, and the host knows that some were.
  public var lostAndReported: UInt64 = 0
  /// A notification comes before the period is over, by up to half of it.
  public var early: UInt64 = 0
  /// `setPeriod` answers false.
  public var periodRefused: UInt64 = 0
  /// An event is enabled and on no counter, until it is enabled again.
  public var notScheduled: UInt64 = 0
  /// A new event is on a counter that never counts.
  public var dead: UInt64 = 0
  /// Shorter periods become this, in events.
  public var shortestPeriod: UInt64 = 1
  /// An event that gives so many notifications since its period was set stops counting; nil: none is stopped.
  public var throttledAfter: UInt64?

  public init() {}
}

/// How often a host was asked for something, and how often it interrupted.
public struct HostCalls: Sendable, Equatable {
  /// Interrupts: notifications that came, late, lost or in time.
  public var notifications: UInt64 = 0
  public var create: UInt64 = 0
  public var setPeriod: UInt64 = 0
  public var pause: UInt64 = 0
  public var suspend: UInt64 = 0
  public var resume: UInt64 = 0
  public var read: UInt64 = 0

  public init() {}
}

import VPMUModel

/// What the core keeps for one counter beside its registers: the host event behind it.
///
/// ```
///            create                stop                    suspend
///   empty ───────────▶ running ◀────────────▶ paused ─────────────────▶ suspended
///     ▲                   │       restart        │      (Adaptive only)     │
///     └───────────────────┴──────────────────────┴──────────────────────────┘
///                       release, or parked in the pool
/// ```
///
/// Two numbers say what the event's count means. `origin` is the count that is in the counter's base already; `alarm` is
/// how much more makes the counter overflow. When the host *tells* is a matter of its own: ``AlarmClock``.
@frozen
public struct CounterSlot<Event: BitwiseCopyable>: BitwiseCopyable {
  /// The live host event, nil if there is none.
  public var event: Event?
  /// What the live event was made from: the whole event select, or a fixed counter's four control bits.
  public var configuration: UInt64 = 0
  /// The event's count at the last fold; 0 under a policy whose pauses reset the count.
  public var origin: UInt64 = 0
  /// What the event counts from there to the counter's overflow.
  public var alarm = UInt64.max
  /// The event's count at the last look of a policy that keeps it running.
  public var seen: UInt64 = 0
  /// The guest has not run since that look: what the count is more by now, is the VMM's.
  public var isFresh = false
  /// When the host's next notification is due.
  public var clock = AlarmClock()
  /// The counter does not count: the event is disabled, or what it counts is nobody's.
  public var isPaused = false
  /// The paused event is disabled, and keeps its count.
  public var isSuspended = false
  /// It was counting when it was stopped last: if it is restarted at once, nothing was lost in between.
  public var wasRunning = false
  /// The overflow that is due was seen, or a write of the guest's hid it.
  public var overflowIsLatched = false
  /// The guest wants an interrupt at overflow.
  public var interrupts = false
  /// No notification is due before the overflow: the count is looked at whenever the guest is left.
  public var isPolled = false
  /// How well the live event counts what the guest asked for.
  public var quality = MappingQuality.none
  /// Why the host made no event, nil if it did or was not asked.
  public var refusal: HostRefusal?

  @inlinable
  public init() {}

  /// The event, if it is counting now.
  @inlinable
  public var running: Event? { isPaused ? nil : event }

  /// A new event, or one that was parked, counts from here on.
  @inlinable
  mutating func hold(_ event: Event, quality: MappingQuality) {
    self.event = event
    self.quality = quality
    refusal = nil
    isPaused = false
    isSuspended = false
    wasRunning = false
  }

  /// The event was parked or released.
  @inlinable
  mutating func letGo() {
    event = nil
    isPaused = false
    isSuspended = false
  }

  /// The counter goes on at this count of its event, and overflows after `period` more.
  @inlinable
  public mutating func start(at count: UInt64, period: UInt64) {
    origin = count
    seen = count
    isFresh = false
    alarm = period
    isPaused = false
    overflowIsLatched = false
  }
}

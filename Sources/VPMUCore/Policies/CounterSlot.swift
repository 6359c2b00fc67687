import VPMUModel

/// What the core keeps for one counter beside its registers: the host event behind it.
///
/// ```
///            create                stop (reuse)
///   empty ───────────▶ running ◀───────────────▶ paused
///     ▲                   │       restart           │
///     └───────────────────┴─────────────────────────┘
///                       release
/// ```
@frozen
public struct CounterSlot<Event: BitwiseCopyable>: BitwiseCopyable {
  /// The live host event, nil if there is none.
  public var event: Event?
  /// The event is disabled; its count is in the counter's base.
  public var isPaused = false
  /// What the live event was made from: the whole event select, or a fixed counter's four control bits.
  public var configuration: UInt64 = 0
  /// The event's count, since the last fold, at which its first notice is due.
  public var alarm = UInt64.max
  /// That notice has come.
  public var isNoticed = false
  /// The count was past the alarm before the notice came, and was taken for the overflow: the notice may still be on its
  /// way, and is then no second one.
  public var isOwedNotice = false
  /// How well the live event counts what the guest asked for.
  public var quality = MappingQuality.none
  /// Why the host made no event, nil if it did or was not asked.
  public var refusal: HostRefusal?

  @inlinable
  public init() {}

  /// The event, if it is counting now.
  @inlinable
  public var running: Event? { isPaused ? nil : event }
}

import VPMUModel

/// The host event of a counter: whether there is one, and whether what it counts is the counter's.
///
/// ```
///          create               stop (Adaptive)            disable
///   none ─────────▶ counting ───────────────────▶ uncounted ─────▶ disabled
///    ▲                 │  ▲ ◀────────────────────────────┘             │ ▲
///    │                 │  └──────────────── resume ──────────────────┘ │
///    │                 └───────────────── pause ────────────────────────┘
///    └──────────────── release, or parked in the pool, from each ──────┘
/// ```
@frozen
public enum EventPhase: UInt8, BitwiseCopyable, Sendable {
  /// There is no host event.
  case none
  /// It counts for the counter.
  case counting
  /// It is enabled, but the counter is stopped: its counts are ignored.
  case uncounted
  /// It is disabled and keeps its count.
  case disabled
}

/// One counter, as the core keeps it beside its registers (`vpmu_state.counters`): the host event behind it. KVM:
/// `kvm_pmc`.
///
/// Two numbers interpret the event's count. `origin` is the count that is in the counter's base already; `distance` is
/// the further count at which the counter overflows.
///
/// - Parameter PolicyState: what a policy keeps for each counter
@frozen
public struct Counter<PolicyState: BitwiseCopyable>: BitwiseCopyable {
  public var phase = EventPhase.none
  /// The overflow at `distance` has been recorded.
  public var overflowIsLatched = false
  /// How well the live event counts the guest's.
  public var quality = MappingQuality.none
  /// Valid unless `phase` is ``EventPhase/none``.
  public var event = HostEvent(rawValue: .max)
  /// The configuration that the event was created from: the whole event select, or a fixed counter's four control bits.
  /// KVM: `current_config`.
  public var configuration: UInt64 = 0
  /// The event's count that is in the counter's base; 0 under a policy whose pauses reset the count.
  public var origin: UInt64 = 0
  /// Counts from `origin` to the counter's overflow.
  public var distance = UInt64.max
  /// The reason that the host made no event, nil if it did or was not asked.
  public var refusal: HostRefusal?
  public var policy: PolicyState

  @inlinable
  init(policy: PolicyState) { self.policy = policy }

  /// The counter goes on at this count of its event, and overflows after `distance` more.
  @inlinable @inline(__always)
  public mutating func start(at count: UInt64, distance: UInt64) {
    phase = .counting
    overflowIsLatched = false
    origin = count
    self.distance = distance
  }

  /// The overflow comes `distance` counts after `count`.
  @inlinable
  mutating func moveOverflow(to distance: UInt64, after count: UInt64) {
    origin = count
    self.distance = distance
    overflowIsLatched = false
  }
}

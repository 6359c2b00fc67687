/// What an embedder decides of a ``PerfEventHost``.
public struct PerfEventOptions: Sendable {
  /// What stands behind the events. `DoctorReport.bestHost` says which one this machine has.
  public var source: EventSource
  /// Whose instructions are counted.
  public var scope: GuestScope
  /// Lets encodings that no generic event stands for reach the kernel as they are, on a host of the model's vendor. The
  /// guest then chooses among all events of the processor.
  public var allowsRaw: Bool
  /// The signal of overflow notifications. Nil: none are sent, and an overflow is found by the count when the counter
  /// is next reprogrammed or read.
  public var signal: OverflowSignal?
  /// Events enabled at a time, at most. Nil: as many as the probe found to count.
  public var capacity: Int?
  /// The shortest period in events, 2 or more; shorter ones become this. It bounds the interrupts that a guest can
  /// cause. Nil: a period that leaves the thread time for more than its signals: 1000; for cache references, cache
  /// misses and branch misses 100; for the software clock 100 000 ns.
  public var minimumPeriod: UInt64?
  /// Overflow interrupts a second that a guest may cause on average, 1 to 1 000 000; a tenth of it at once. Beyond that
  /// the shortest period grows, overflows come late, and ``PerfEventHost/latePeriods`` and
  /// ``PerfEventHost/isOverBudget`` report it: a guest that samples too often slows down its own sampling, not the
  /// host. Nil: only periods bound the interrupts.
  public var interruptsPerSecond: UInt32?
  /// Whether throttling is to be noticed. It costs a descriptor and up to 68 KiB of the user's locked memory
  /// (`kernel.perf_event_mlock_kb`) for each vCPU; where counts are read from pages no descriptor, and a page for each
  /// event.
  public var watchesThrottling: Bool
  /// Lets counts be read from mapped pages where ``HostCapabilities/readPlan(source:scope:)`` finds that they can be.
  /// Choose false in a process that also runs code which must not execute RDPMC, such as a guest nested by software.
  public var mapsPages: Bool

  public init(
    source: EventSource = .hardware, scope: GuestScope = .thread, allowsRaw: Bool = false,
    signal: OverflowSignal? = nil, capacity: Int? = nil, minimumPeriod: UInt64? = nil,
    interruptsPerSecond: UInt32? = 25_000, watchesThrottling: Bool = true, mapsPages: Bool = true
  ) {
    self.source = source
    self.scope = scope
    self.allowsRaw = allowsRaw
    self.signal = signal
    self.capacity = capacity
    self.minimumPeriod = minimumPeriod
    self.interruptsPerSecond = interruptsPerSecond
    self.watchesThrottling = watchesThrottling
    self.mapsPages = mapsPages
  }
}

/// Why there is no host.
public enum PerfEventHostError: Error, Hashable, Sendable {
  /// The source of events is not there. `advice` says what to change.
  case noEvents(source: EventSource, advice: String)
}

extension PerfEventHostError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .noEvents(let source, let advice): "no events from \(source): \(advice)"
    }
  }
}

/// The best source of events that this machine has.
public enum BestHost: String, Sendable, CaseIterable {
  case hardware
  case softwareClock = "software-clock"
  /// perf_event_open is of no use here; a simulated host is what is left.
  case none

  /// The source to make a ``PerfEventHost`` with, nil if there is none.
  public var source: EventSource? {
    switch self {
    case .hardware: .hardware
    case .softwareClock: .softwareClock
    case .none: nil
    }
  }
}

extension HostCapabilities {
  /// What to use here.
  public var bestHost: BestHost {
    if obstacle(to: .hardware) == nil { return .hardware }
    return obstacle(to: .softwareClock) == nil ? .softwareClock : .none
  }

  /// Why ``bestHost`` is what it is, in one sentence.
  public var bestHostReason: String {
    switch bestHost {
    case .hardware: "\(capacity) hardware counters count"
    case .softwareClock:
      "no hardware event counts (\(obstacle(to: .hardware) ?? "")); software clock events have real costs, but count nanoseconds"
    case .none: "perf_event_open gives no event (\(obstacle(to: .softwareClock) ?? ""))"
    }
  }

  /// Why there are no events from `source`, and what to change; nil if there are.
  package func obstacle(to source: EventSource) -> String? {
    let access = source == .hardware ? hardwareAccess : softwareAccess
    if case .refused(let errno) = access { return advice(onRefusal: errno, hardware: source == .hardware) }
    if source == .hardware, capacity == 0 { return noCounterAdvice }
    return nil
  }
}

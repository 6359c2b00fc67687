import VPMUModel

/// Which kernel events stand behind a host's events.
public struct EventSource: Hashable, Sendable {
  enum Kind: Hashable, Sendable { case hardware, softwareClock, pageFaults }

  let kind: Kind

  /// The processor's counters. Generic events become `PERF_TYPE_HARDWARE`, raw encodings `PERF_TYPE_RAW`.
  public static let hardware = EventSource(kind: .hardware)

  /// A stand-in where there are no counters: every generic event counts nanoseconds of this thread's run time
  /// (`PERF_COUNT_SW_TASK_CLOCK`). Events, signals and their costs are real, the *counts are not the event's*: no
  /// mapping is better than approximate.
  public static let softwareClock = EventSource(kind: .softwareClock)

  /// Every generic event counts this thread's page faults (`PERF_COUNT_SW_PAGE_FAULTS`), exactly and at will: for
  /// tests.
  package static let pageFaults = EventSource(kind: .pageFaults)

  /// Whether a count is of the event that was asked for.
  public var countsTheEvent: Bool { kind == .hardware }

  /// How good a mapping is here that the model calls `quality`.
  public func quality(_ quality: MappingQuality) -> MappingQuality {
    countsTheEvent ? quality : min(quality, .approximate)
  }
}

extension EventSource: CustomStringConvertible {
  public var description: String {
    switch kind {
    case .hardware: "hardware counters"
    case .softwareClock: "software clock (nanoseconds in place of events)"
    case .pageFaults: "page faults (in place of events)"
    }
  }
}

/// What a guest does with its PMU, after the `perf` commands that people run.
public enum Usage: String, CaseIterable, Sendable {
  /// `perf record -e` with ten events: they take turns on the counters, sampling.
  case multiplex
  /// `perf record -e branch-misses`: one general-purpose counter, sampling.
  case oneGP = "one-gp"
  /// `perf record -e instructions`: one fixed counter, sampling.
  case oneFixed = "one-fixed"
  /// `perf stat -e branch-misses`: one general-purpose counter, counting.
  case count

  /// Whether its counters interrupt at overflow.
  public var samples: Bool { self != .count }
}

/// Measured times, in memory that is allocated before the measuring begins.
public struct Samples: Sendable {
  /// Most samples; further ones are not kept.
  public let capacity: Int
  private var times: [UInt64] = []

  public init(capacity: Int) {
    self.capacity = capacity
    times.reserveCapacity(capacity)
  }

  /// Adds a time in ns.
  public mutating func add(_ time: UInt64) {
    if times.count < capacity { times.append(time) }
  }

  public mutating func add(_ other: Samples) {
    for time in other.times { add(time) }
  }

  public var count: Int { times.count }

  public var summary: TimeSummary { TimeSummary(times) }
}

/// Minimum, median, mean and 99th percentile, in ns; all 0 if nothing was measured.
public struct TimeSummary: Sendable, Equatable {
  public var minimum: UInt64 = 0
  /// The mean of the middle two, if there are two.
  public var median: UInt64 = 0
  /// Rounded down.
  public var mean: UInt64 = 0
  /// The smallest time that at least 99 of 100 do not exceed.
  public var p99: UInt64 = 0

  public init(_ times: [UInt64]) {
    guard !times.isEmpty else { return }
    let sorted = times.sorted()
    let count = sorted.count
    minimum = sorted[0]
    let low = sorted[(count - 1) / 2]
    median = low + (sorted[count / 2] - low) / 2
    mean = sorted.reduce(0, &+) / UInt64(count)
    p99 = sorted[(count * 99 + 99) / 100 - 1]
  }
}

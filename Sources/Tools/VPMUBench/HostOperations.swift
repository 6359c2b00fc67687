/// A kind of operation that a vPMU asks of its host.
public enum HostOperation: Int, CaseIterable, Sendable {
  case create, setPeriod, pause, suspend, resume, read, release

  /// In reports.
  public var name: String {
    switch self {
    case .create: "create"
    case .setPeriod: "set_period"
    case .pause: "pause"
    case .suspend: "suspend"
    case .resume: "resume"
    case .read: "read"
    case .release: "release"
    }
  }
}

/// How often each kind was asked for, and what it took.
public struct HostOperations: Sendable, Equatable {
  private var counts = [UInt64](repeating: 0, count: HostOperation.allCases.count)
  /// Of those that were timed.
  private var timedCounts = [UInt64](repeating: 0, count: HostOperation.allCases.count)
  private var nanoseconds = [UInt64](repeating: 0, count: HostOperation.allCases.count)

  public init() {}

  public func count(_ operation: HostOperation) -> UInt64 { counts[operation.rawValue] }

  public var total: UInt64 { counts.reduce(0, &+) }

  /// Mean time of one, in ns; nil if none was timed.
  public func meanTime(_ operation: HostOperation) -> UInt64? {
    let timed = timedCounts[operation.rawValue]
    return timed == 0 ? nil : nanoseconds[operation.rawValue] / timed
  }

  mutating func addCounts(_ other: HostOperations) {
    for kind in counts.indices { counts[kind] &+= other.counts[kind] }
  }

  mutating func addTimes(_ other: HostOperations) {
    for kind in counts.indices {
      timedCounts[kind] &+= other.timedCounts[kind]
      nanoseconds[kind] &+= other.nanoseconds[kind]
    }
  }

  /// - Parameter isTimed: whether `nanoseconds` were measured
  mutating func set(_ operation: HostOperation, count: UInt64, nanoseconds: UInt64, isTimed: Bool) {
    counts[operation.rawValue] = count
    timedCounts[operation.rawValue] = isTimed ? count : 0
    self.nanoseconds[operation.rawValue] = nanoseconds
  }
}

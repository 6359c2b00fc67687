import GuestPerf
import VPMUCore

/// What to measure.
public struct BenchOptions: Sendable {
  public var usages: [Usage]
  public var policies: [PolicyKind]
  /// PMIs (of *count*: reads) for each usage and policy, 1 or more.
  public var pmis: Int
  public var host: HostSelection
  /// A round that lasts longer is given up, in ns that its thread runs; rounds of many PMIs get more time.
  public var longestRound: UInt64 = 2_000_000_000

  public init(
    usages: [Usage] = Usage.allCases, policies: [PolicyKind] = PolicyKind.allCases, pmis: Int = 200,
    host: HostSelection = .best
  ) {
    self.usages = usages
    self.policies = policies
    self.pmis = max(1, min(pmis, Self.mostPMIs))
    self.host = host
  }

  /// More would take hours, and the memory for their times.
  public static let mostPMIs = 1_000_000

  /// Rounds that each usage and policy is measured in, by turns, so that what drifts meets all alike.
  static let rounds = 4
}

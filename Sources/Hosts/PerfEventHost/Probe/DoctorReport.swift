/// What ``HostProbe`` found, judged: each finding with its value, whether that is good, and what to change if not.
public struct DoctorReport: Sendable, Equatable {
  public enum Verdict: String, Sendable {
    case good
    /// Something is missing; the advice says what to change.
    case shortfall
    /// Neither: worth knowing.
    case note
  }

  public struct Finding: Sendable, Equatable {
    /// What was looked at.
    public var name: String
    /// What was found.
    public var value: String
    public var verdict: Verdict
    /// What to change, or what it means. Never nil with a shortfall.
    public var advice: String?
  }

  /// In the order to be shown.
  public var findings: [Finding]
  public var bestHost: BestHost
  /// Why it is the best, in one sentence.
  public var reason: String

  public init(_ host: HostCapabilities) {
    findings =
      host.machineFindings + host.accessFindings + host.counterFindings + host.notificationFindings + host.limitFindings
    bestHost = host.bestHost
    reason = host.bestHostReason
  }

  public var shortfalls: [Finding] { findings.filter { $0.verdict == .shortfall } }
}

import VPMUTrace

/// What became of one rule.
public enum Verdict: Sendable, Equatable {
  case passed
  /// The plugin breaks the rule.
  case failed(Violation)
  /// The plugin breaks a rule that only warns.
  case warned(Violation)
  /// The process of the rule ended before it had judged: how.
  case crashed(String)
  /// The rule had not judged after so many seconds.
  case timedOut(seconds: Double)
  /// The rule has nothing to judge: why.
  case skipped(String)

  /// What was seen.
  public struct Violation: Sendable, Equatable {
    /// What was seen and what was expected.
    public var message: String
    /// The preset that it was seen with.
    public var model: String?
    /// The shortest trace that shows it, if a guest can see it.
    public var trace: Trace?

    public init(message: String, model: String? = nil, trace: Trace? = nil) {
      self.message = message
      self.model = model
      self.trace = trace
    }
  }

  /// The word for it: `passed`, `failed`, `warning`, `crashed`, `timed out`, `skipped`.
  public var word: String {
    switch self {
    case .passed: "passed"
    case .failed: "failed"
    case .warned: "warning"
    case .crashed: "crashed"
    case .timedOut: "timed out"
    case .skipped: "skipped"
    }
  }

  /// Whether the plugin does not conform.
  public var isFailure: Bool {
    switch self {
    case .failed, .crashed, .timedOut: true
    case .passed, .warned, .skipped: false
    }
  }

  /// What it says beside the word, nil for `passed`.
  public var message: String? {
    switch self {
    case .passed: nil
    case .failed(let violation), .warned(let violation):
      violation.model.map { "\($0): \(violation.message)" } ?? violation.message
    case .crashed(let how): how
    case .timedOut(let seconds):
      "no verdict after \(seconds == seconds.rounded() ? "\(Int(seconds))" : "\(seconds)") s"
    case .skipped(let reason): reason
    }
  }

  public var violation: Violation? {
    switch self {
    case .failed(let violation), .warned(let violation): violation
    default: nil
    }
  }
}

/// A rule, its verdict, and how long it took.
public struct RuleResult: Sendable {
  public var rule: Rule
  public var verdict: Verdict
  /// Wall-clock time of its process, 0 if it was not started.
  public var seconds: Double
}

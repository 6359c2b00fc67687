import VPMUTrace

/// The result of judging one rule.
public enum Verdict: Sendable, Equatable {
  case passed
  /// The plugin breaks the rule.
  case failed(Violation)
  /// The plugin breaks a rule that only warns.
  case warned(Violation)
  /// The process of the rule ended before it had judged.
  case crashed(Crash)
  /// The rule had not judged after so many seconds; the callback that was being executed, with its request, if one was.
  case timedOut(seconds: Double, during: String? = nil)
  /// The rule does not apply to the plugin: the reason.
  case skipped(String)
  /// Another rule failed, which says enough.
  case notJudged(Reason)

  /// An observed violation of a rule.
  public struct Violation: Sendable, Equatable {
    /// The observed and the expected behaviour.
    public var message: String
    /// The preset with which it was observed.
    public var model: String?
    /// The shortest trace that shows it, if a guest can observe it.
    public var trace: Trace?

    public init(message: String, model: String? = nil, trace: Trace? = nil) {
      self.message = message
      self.model = model
      self.trace = trace
    }
  }

  /// The end of a process that had not judged its rule.
  public struct Crash: Sendable, Equatable {
    public var message: String
    /// The header's name of the callback that did not return, nil if none was being executed.
    public var callback: String?
    /// The callback's arguments, in words to follow "when asked": `for MSR 0x186, by the guest`.
    public var request: String?

    public init(_ message: String, callback: String? = nil, request: String? = nil) {
      self.message = message
      self.callback = callback
      self.request = request
    }
  }

  /// Why a rule was not judged.
  public enum Reason: Sendable, Hashable {
    /// It stands on this rule, which failed.
    case standsOn(String)
    /// Its process crashed in the same callback as that of this earlier rule.
    case crashedAs(rule: String, callback: String)

    /// The id of the rule that failed.
    public var rule: String {
      switch self {
      case .standsOn(let rule), .crashedAs(let rule, _): rule
      }
    }
  }

  /// The word for it: `passed`, `failed`, `warning`, `crashed`, `timed out`, `skipped`, `not judged`.
  public var word: String {
    switch self {
    case .passed: "passed"
    case .failed: "failed"
    case .warned: "warning"
    case .crashed: "crashed"
    case .timedOut: "timed out"
    case .skipped: "skipped"
    case .notJudged: "not judged"
    }
  }

  /// Whether the plugin does not conform.
  public var isFailure: Bool {
    switch self {
    case .failed, .crashed, .timedOut: true
    case .passed, .warned, .skipped, .notJudged: false
    }
  }

  /// The explanation that belongs to the word, nil for `passed`.
  public var message: String? {
    switch self {
    case .passed: nil
    case .failed(let violation), .warned(let violation):
      violation.model.map { "\($0): \(violation.message)" } ?? violation.message
    case .crashed(let crash): crash.message
    case .timedOut(let seconds, let call):
      "no verdict after \(seconds == seconds.rounded() ? "\(Int(seconds))" : "\(seconds)") s"
        + (call.map { "; the last call: \($0)" } ?? "")
    case .skipped(let reason): reason
    case .notJudged(.standsOn(let rule)): "it stands on \(rule), which failed"
    case .notJudged(.crashedAs(let rule, let callback)): "\(callback) crashed, as in \(rule)"
    }
  }

  /// Why the rule was not judged, nil if it was, or did not apply.
  public var reasonNotJudged: Reason? {
    if case .notJudged(let reason) = self { reason } else { nil }
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

/// What a run found: results in the order of the book, and their numbers.
public struct ConformanceReport: Sendable {
  /// The rules that were asked for.
  public private(set) var shown: [RuleResult]

  /// - Parameter selection: the ids that were asked for; nil: all. What they stand on is shown only if it failed.
  public init(_ results: [RuleResult], selection: Set<String>? = nil) {
    shown = results.filter { Self.shows($0, selection) }
  }

  /// Whether a result is one that was asked for, or a failure that keeps one from being judged.
  public static func shows(_ result: RuleResult, _ selection: Set<String>?) -> Bool {
    guard let selection else { return true }
    return selection.contains(result.rule.id) || result.verdict.isFailure
  }

  /// No rule failed, crashed or ran out of time. Warnings and skipped rules are no failures.
  public var conforms: Bool { !shown.contains { $0.verdict.isFailure } }

  func count(_ isCounted: (Verdict) -> Bool) -> Int { shown.count { isCounted($0.verdict) } }

  var passed: Int { count { $0 == .passed } }
  var failed: Int { count(\.isFailure) }
  var warnings: Int { count { $0.word == "warning" } }
  var skipped: Int { count { $0.word == "skipped" } }

  /// `N rules: P passed, F failed, W warnings, S skipped`
  public var summary: String {
    "\(shown.count) rules: \(passed) passed, \(failed) failed, \(warnings) warnings, \(skipped) skipped"
  }
}

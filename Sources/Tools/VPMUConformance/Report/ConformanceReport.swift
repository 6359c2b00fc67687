/// The outcome of a run: results in the order of the book, and their numbers.
public struct ConformanceReport: Sendable {
  /// The results of the selected rules, and failures among their prerequisites.
  public private(set) var shown: [RuleResult]

  /// - Parameter selection: the selected ids; nil: all. Their prerequisites are shown only if they failed.
  public init(_ results: [RuleResult], selection: Set<String>? = nil) {
    shown = results.filter { Self.shows($0, selection) }
  }

  /// Whether a result is that of a selected rule, or a failure because of which one was not judged.
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

  var notJudged: Int { count { $0.reasonNotJudged != nil } }

  /// `N rules: P passed, F failed, W warnings, S skipped`, and `, U not judged` if there are any.
  public var summary: String {
    "\(shown.count) rules: \(passed) passed, \(failed) failed, \(warnings) warnings, \(skipped) skipped"
      + (notJudged > 0 ? ", \(notJudged) not judged" : "")
  }
}

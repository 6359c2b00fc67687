/// The state of each rule of a run: waiting, being judged, or decided.
struct Schedule {
  private enum State {
    case waiting
    case started
    case decided(RuleResult)
  }

  private let rules: [Rule]
  private let indices: [String: Int]
  private var states: [State]
  /// For a rule that failed, or stands on one that did: the id of the one that failed.
  private var failed: [Int: String] = [:]
  /// The first rule in whose process each callback crashed, by the callback's name.
  private var crashes: [String: String] = [:]
  /// Results in the order of the rules, up to the first that is not decided.
  private(set) var published: [RuleResult] = []

  /// - Parameter rules: in an order in which a rule comes after its prerequisites. Prerequisites that are not among
  ///   them count as fulfilled.
  init(_ rules: [Rule]) {
    self.rules = rules
    indices = Dictionary(uniqueKeysWithValues: rules.enumerated().map { ($1.id, $0) })
    states = Array(repeating: .waiting, count: rules.count)
  }

  /// Whether all results are published.
  var isFinished: Bool { published.count == rules.count }

  /// The first rule that waits and whose prerequisites are decided, which is now started. Rules that can't be judged
  /// are decided on the way.
  mutating func next() -> (index: Int, rule: Rule)? {
    for (index, rule) in rules.enumerated() {
      guard case .waiting = states[index], isReady(rule) else { continue }
      if let id = failedPrerequisite(of: rule) {
        failed[index] = id
        states[index] = .decided(RuleResult(rule: rule, verdict: .notJudged(.standsOn(id)), seconds: 0))
        continue
      }
      states[index] = .started
      return (index, rule)
    }
    return nil
  }

  mutating func decide(_ index: Int, _ verdict: Verdict, seconds: Double) {
    let rule = rules[index]
    if verdict.isFailure { failed[index] = rule.id }
    states[index] = .decided(RuleResult(rule: rule, verdict: verdict, seconds: seconds))
  }

  /// The next result in the order of the rules, nil if it is not decided. A crash in the same callback as in an earlier
  /// rule is not reported again.
  mutating func publish() -> RuleResult? {
    guard !isFinished, case .decided(var result) = states[published.count] else { return nil }
    if case .crashed(let crash) = result.verdict, let callback = crash.callback {
      if let first = crashes[callback] {
        result.verdict = .notJudged(.crashedAs(rule: first, callback: callback))
      } else {
        crashes[callback] = result.rule.id
      }
    }
    published.append(result)
    return result
  }

  private func isReady(_ rule: Rule) -> Bool {
    rule.prerequisites.allSatisfy { id in
      guard let index = indices[id] else { return true }
      if case .decided = states[index] { return true }
      return false
    }
  }

  /// The first prerequisite, in the order of the rules, that failed; for one that was not judged because of another,
  /// that other.
  private func failedPrerequisite(of rule: Rule) -> String? {
    rule.prerequisites.compactMap { indices[$0] }.sorted().lazy.compactMap { failed[$0] }.first
  }
}

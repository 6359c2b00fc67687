/// Which rules wait, which are being judged, and which are decided.
struct Schedule {
  private enum State {
    case waiting
    case started
    case decided(RuleResult)
  }

  private let rules: [Rule]
  private let places: [String: Int]
  private var states: [State]
  /// For a rule that did not pass, or stands on one that did not: what those that stand on it are told.
  private var obstacles: [Int: String] = [:]
  /// Results in the order of the rules, as far as they are complete and were asked for.
  private(set) var published: [RuleResult] = []

  /// - Parameter rules: in an order in which a rule comes after its prerequisites. Prerequisites that are not among them
  ///   count as fulfilled.
  init(_ rules: [Rule]) {
    self.rules = rules
    places = Dictionary(uniqueKeysWithValues: rules.enumerated().map { ($1.id, $0) })
    states = Array(repeating: .waiting, count: rules.count)
  }

  /// Whether all results are published.
  var isFinished: Bool { published.count == rules.count }

  /// The first rule that waits and whose prerequisites are decided, which is now started. Rules that can't be judged are
  /// decided on the way.
  mutating func next() -> (index: Int, rule: Rule)? {
    for (index, rule) in rules.enumerated() {
      guard case .waiting = states[index], isReady(rule) else { continue }
      if let obstacle = obstacle(of: rule) {
        obstacles[index] = obstacle
        states[index] = .decided(RuleResult(rule: rule, verdict: .skipped(obstacle), seconds: 0))
        continue
      }
      states[index] = .started
      return (index, rule)
    }
    return nil
  }

  mutating func decide(_ index: Int, _ verdict: Verdict, seconds: Double) {
    let rule = rules[index]
    if verdict.isFailure { obstacles[index] = "\(rule.id) \(verdict.word)" }
    states[index] = .decided(RuleResult(rule: rule, verdict: verdict, seconds: seconds))
  }

  /// The next result in the order of the rules, nil if it is not decided.
  mutating func publish() -> RuleResult? {
    guard !isFinished, case .decided(let result) = states[published.count] else { return nil }
    published.append(result)
    return result
  }

  private func isReady(_ rule: Rule) -> Bool {
    rule.prerequisites.allSatisfy { id in
      guard let place = places[id] else { return true }
      if case .decided = states[place] { return true }
      return false
    }
  }

  /// The first prerequisite, in the order of the rules, that did not pass; for one that was skipped because of another,
  /// that other.
  private func obstacle(of rule: Rule) -> String? {
    rule.prerequisites.compactMap { places[$0] }.sorted().lazy.compactMap { obstacles[$0] }.first
  }
}

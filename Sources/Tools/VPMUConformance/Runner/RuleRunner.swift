import VPMULoader

/// Judges a plugin by the rules of the book, each in a process of its own with a time limit.
public struct RuleRunner {
  private let command: [String]
  private let options: RunOptions

  /// - Parameter command: the path of a program, and arguments that together with those of the rule make it call
  ///   ``RuleProcess/main(_:)``
  public init(command: [String], options: RunOptions) {
    self.command = command
    self.options = options
  }

  /// Judges the selected rules and their prerequisites. Returns when no process of a rule is left.
  ///
  /// - Parameter onResult: called with each result, in the order of the rule book, as soon as all before it are decided
  /// - Returns: the results, in the same order
  @discardableResult
  public func run(onResult: (RuleResult) -> Void = { _ in }) throws(RunError) -> [RuleResult] {
    try checkTrust()
    try askForModel()
    let selection = options.selection.map { RuleBook.closure($0) }
    var schedule = Schedule(RuleBook.all.filter { selection?.contains($0.id) ?? true })
    var judges: [RuleJudge] = []
    defer { for judge in judges { judge.abandon() } }
    while !schedule.isFinished {
      while judges.count < max(options.width, 1), let next = schedule.next() {
        judges.append(try RuleJudge(next.index, next.rule, command, options))
      }
      if !judges.isEmpty { RuleJudge.wait(for: judges) }
      for (index, judge) in judges.enumerated().reversed() {
        guard let (verdict, seconds) = try judge.verdict() else { continue }
        judges.remove(at: index)
        schedule.decide(judge.index, verdict, seconds: seconds)
      }
      while let result = schedule.publish() {
        onResult(result)
        if options.stopsAtFirstFailure && result.verdict.isFailure { return schedule.published }
      }
    }
    return schedule.published
  }

  /// Judging runs the plugin's code. Other errors of the file are found by the rules.
  private func checkTrust() throws(RunError) {
    do {
      _ = try PluginFile(path: options.path, trust: options.trust)
    } catch {
      if case .untrusted = error { throw .untrusted(error) }
    }
  }

  /// Other errors of the plugin are found by the rules.
  private func askForModel() throws(RunError) {
    guard options.model != nil else { return }
    let judge = try RuleJudge(0, RuleBook.modelQuestion, command, options)
    defer { judge.abandon() }
    while try judge.verdict() == nil { RuleJudge.wait(for: [judge]) }
  }
}

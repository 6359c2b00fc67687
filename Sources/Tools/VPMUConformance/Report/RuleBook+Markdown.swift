extension RuleBook {
  /// The tables of `docs/conformance-rules.md`, one for each group that has rules.
  package static var markdown: String {
    RuleGroup.allCases.compactMap { group in
      let rules = all.filter { $0.group == group }
      guard !rules.isEmpty else { return nil }
      return ([heading(group)] + rules.map(row)).joined(separator: "\n") + "\n"
    }.joined(separator: "\n")
  }

  private static func heading(_ group: RuleGroup) -> String {
    """
    ### \(group.rawValue): \(group.title)

    | id | what a plugin must do | reference | if it does not |
    |---|---|---|---|
    """
  }

  private static func row(_ rule: Rule) -> String {
    let id = rule.id + (rule.severity == .warning ? " (warning)" : "")
    return "| \(id) | \(rule.sentence) | \(rule.reference) | \(rule.consequence) |"
  }
}

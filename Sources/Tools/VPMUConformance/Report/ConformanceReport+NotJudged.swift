extension ConformanceReport {
  /// One line for each rule because of which others were not judged, in the order of the book:
  /// `12 rules that stand on VPMU-ABI-003 were not judged: VPMU-ABI-004 to 015`
  public var linesOfNotJudged: [String] {
    var rules: [(reason: Verdict.Reason, ids: [String])] = []
    for result in shown {
      guard let reason = result.verdict.reasonNotJudged else { continue }
      if let index = rules.firstIndex(where: { $0.reason == reason }) {
        rules[index].ids.append(result.rule.id)
      } else {
        rules.append((reason, [result.rule.id]))
      }
    }
    return rules.map { Self.line($0.reason, $0.ids) }
  }

  private static func line(_ reason: Verdict.Reason, _ ids: [String]) -> String {
    let isOne = ids.count == 1
    let subject =
      switch reason {
      case .standsOn(let rule): "\(isOne ? "rule that stands" : "rules that stand") on \(rule)"
      case .crashedAs(let rule, let callback):
        "\(isOne ? "rule" : "rules") in which \(callback) crashed, as in \(rule),"
      }
    return "\(ids.count) \(subject) \(isOne ? "was" : "were") not judged: \(ranges(ids))"
  }

  /// Ids of one group with successive numbers as `VPMU-ABI-004 to 015`.
  private static func ranges(_ ids: [String]) -> String {
    var ranges: [(first: String, last: String)] = []
    for group in RuleGroup.allCases {
      for id in ids.filter({ $0.hasPrefix("VPMU-\(group.rawValue)-") }).sorted() {
        if let last = ranges.last, number(last.last).map({ $0 + 1 }) == number(id),
          last.last.dropLast(3) == id.dropLast(3)
        {
          ranges[ranges.count - 1].last = id
        } else {
          ranges.append((id, id))
        }
      }
    }
    return ranges.map { $0.first == $0.last ? $0.first : "\($0.first) to \($0.last.suffix(3))" }.joined(separator: ", ")
  }

  private static func number(_ id: String) -> Int? { Int(id.suffix(3)) }
}

/// The report for people.
extension DoctorReport {
  /// A line for each finding, its advice on a line of its own; last, what to use.
  public var text: String {
    let width = findings.map { $0.name.count }.max() ?? 0
    var lines: [String] = []
    for finding in findings {
      let name = finding.name + String(repeating: " ", count: width - finding.name.count)
      lines.append("\(finding.verdict.mark)  \(name)  \(finding.value)")
      if let advice = finding.advice { lines.append("     \(advice)") }
    }
    lines.append("")
    lines.append("best host: \(bestHost.rawValue), \(reason)")
    return lines.joined(separator: "\n")
  }
}

extension DoctorReport.Verdict {
  /// Three columns wide.
  var mark: String {
    switch self {
    case .good: "ok "
    case .shortfall: "!! "
    case .note: " - "
    }
  }
}

import VPMUTrace

extension RuleResult {
  /// One line: id, verdict, sentence.
  public var line: String {
    let word = verdict.word + String(repeating: " ", count: max(9 - verdict.word.count, 0))
    var line = "\(rule.id)  \(word)  \(rule.sentence)"
    if case .skipped(let reason) = verdict { line += " (\(reason))" }
    return line
  }

  /// The message, consequence and reference of a rule that failed or warns; nil for any other.
  ///
  /// - Parameter traceFile: the file that its trace was written to; nil: it is part of the text
  public func details(traceFile: String? = nil) -> String? {
    guard verdict.isFailure || verdict.violation != nil else { return nil }
    var text = "\(rule.id) \(verdict.word): \(rule.sentence)\n"
    text += "  observed     \(verdict.message ?? "")\n"
    text += "  consequence  \(explained.consequence)\n"
    text += "  reference    \(explained.reference)\n"
    guard let trace = verdict.violation?.trace else { return text }
    if let traceFile { return text + "  trace        \(traceFile)\n" }
    return text + "  trace, for `vpmu replay FILE --plugin PATH`:\n" + trace.text
  }

  /// The rule that is broken: a callback that crashes breaks the one about that, whichever rule called it.
  private var explained: Rule {
    guard case .crashed(let crash) = verdict, crash.callback != nil else { return rule }
    return RuleBook.rule("VPMU-ABI-021") ?? rule
  }
}

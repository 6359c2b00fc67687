import VPMUTrace

extension RuleResult {
  /// One line: id, verdict, sentence.
  public var line: String {
    let word = verdict.word + String(repeating: " ", count: max(9 - verdict.word.count, 0))
    var line = "\(rule.id)  \(word)  \(rule.sentence)"
    if case .skipped(let reason) = verdict { line += " (\(reason))" }
    return line
  }

  /// What is to be said of a rule that did not pass; nil for passed and skipped ones.
  ///
  /// - Parameter traceFile: where its trace was written; nil: it is part of the text
  public func details(traceFile: String? = nil) -> String? {
    guard verdict.isFailure || verdict.violation != nil else { return nil }
    var text = "\(rule.id) \(verdict.word): \(rule.sentence)\n"
    text += "  seen         \(verdict.message ?? "")\n"
    text += "  consequence  \(rule.consequence)\n"
    text += "  reference    \(rule.reference)\n"
    guard let trace = verdict.violation?.trace else { return text }
    if let traceFile { return text + "  trace        \(traceFile)\n" }
    return text + "  trace, for `vpmu replay FILE --plugin PATH`:\n" + trace.text
  }
}

import VPMUTrace

extension RuleResult {
  /// One line: `id`, `verdict`, `severity`, `seconds`, and where there is one `message`, `model`, and `trace` (its
  /// lines as an array) or `trace_file`. Of a crash in a callback `callback` and `asked`. Of a rule that was not judged
  /// `stands_on` or `crashed_as`: the id of the rule that failed.
  public func json(traceFile: String? = nil) -> String {
    var object = JSONWriter()
    object.string("id", rule.id)
    object.string("verdict", verdict.word)
    object.string("severity", rule.severity.rawValue)
    object.number("seconds", FixedPoint(thousandths: UInt64(max(seconds, 0) * 1000)))
    if let message = verdict.violation?.message ?? verdict.message { object.string("message", message) }
    if let model = verdict.violation?.model { object.string("model", model) }
    switch verdict {
    case .crashed(let crash):
      if let callback = crash.callback { object.string("callback", callback) }
      if let request = crash.request { object.string("asked", request) }
    case .notJudged(.standsOn(let rule)): object.string("stands_on", rule)
    case .notJudged(.crashedAs(let rule, let callback)):
      object.string("callback", callback)
      object.string("crashed_as", rule)
    case .passed, .failed, .warned, .timedOut, .skipped: break
    }
    if let traceFile {
      object.string("trace_file", traceFile)
    } else if let trace = verdict.violation?.trace {
      object.objects("trace", lines: [trace.configuration.text] + trace.steps.map(\.operation.text))
    }
    return object.finished
  }
}

extension Rule {
  /// One line: `id`, `severity`, `sentence`, `reference`, `consequence`, `prerequisites`.
  public var json: String {
    var object = JSONWriter()
    object.string("id", id)
    object.string("severity", severity.rawValue)
    object.string("sentence", sentence)
    object.string("reference", reference)
    object.string("consequence", consequence)
    object.strings("prerequisites", prerequisites)
    return object.finished
  }
}

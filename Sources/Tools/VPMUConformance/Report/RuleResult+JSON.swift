import VPMUTrace

extension RuleResult {
  /// One line: `id`, `verdict`, `severity`, `seconds`, and where there is one `message`, `model`, and `trace` (its lines
  /// as an array) or `trace_file`.
  public func json(traceFile: String? = nil) -> String {
    var object = JSONWriter()
    object.string("id", rule.id)
    object.string("verdict", verdict.word)
    object.string("severity", rule.severity.rawValue)
    object.number("seconds", FixedPoint(thousandths: UInt64(max(seconds, 0) * 1000)))
    if let message = verdict.violation?.message ?? verdict.message { object.string("message", message) }
    if let model = verdict.violation?.model { object.string("model", model) }
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

import VPMUTrace

/// The result of a check, as a rule's process sends it to the runner.
enum Judgement: Equatable {
  case passed
  case violated(Verdict.Violation)
  case notApplicable(String)
  case unknownModel(String, available: [String])

  /// Judges one rule, here and now.
  init(_ rule: Rule, _ subject: Subject) {
    do throws(Finding) {
      try rule.check(subject)
      self = .passed
    } catch {
      switch error {
      case .violated(let message, let model, let trace):
        self = .violated(Self.confirmed(message, model, trace, subject))
      case .violatedAfterTrace(let message, let model, let trace):
        self = .violated(Verdict.Violation(message: message, model: model, trace: trace))
      case .notApplicable(let reason): self = .notApplicable(reason)
      case .unknownModel(let name, let available): self = .unknownModel(name, available: available)
      }
    }
  }

  /// The violation with its trace made shorter and replayed.
  private static func confirmed(
    _ message: String, _ model: String?, _ trace: Trace?, _ subject: Subject
  ) -> Verdict.Violation {
    guard var trace, let plugin = try? subject.model else { return Verdict.Violation(message: message, model: model) }
    let shrinker = TraceShrinker(model: plugin)
    guard shrinker.showsLastOnly(trace) else {
      return Verdict.Violation(
        message: message + "; a replay of the trace does not show it again", model: model, trace: trace)
    }
    trace = shrinker.withoutReads(trace)
    return Verdict.Violation(message: message, model: model, trace: trace)
  }
}

// MARK: As one line of JSON

extension Judgement {
  var line: String {
    var object = JSONWriter()
    switch self {
    case .passed: object.string("judgement", "passed")
    case .violated(let violation):
      object.string("judgement", "violated")
      object.string("message", violation.message)
      if let model = violation.model { object.string("model", model) }
      if let trace = violation.trace { object.string("trace", trace.text) }
    case .notApplicable(let reason):
      object.string("judgement", "not applicable")
      object.string("message", reason)
    case .unknownModel(let name, let available):
      object.string("judgement", "unknown model")
      object.string("message", available.joined(separator: ", "))
      object.string("model", name)
    }
    return object.finished
  }

  /// Nil if the line is none of these: the process did not end as it should.
  init?(line: [UInt8], rule: String) {
    do {
      var fields = Fields(try JSONLine.members(of: line))
      let judgement = try fields.string("judgement")
      let message = try fields.optionalString("message") ?? ""
      let model = try fields.optionalString("model")
      switch judgement {
      case "passed": self = .passed
      case "violated":
        let trace = try fields.optionalString("trace").map { try Trace(parsing: $0.utf8, file: rule) }
        self = .violated(Verdict.Violation(message: message, model: model, trace: trace))
      case "not applicable": self = .notApplicable(message)
      case "unknown model":
        self = .unknownModel(model ?? "", available: message.split(separator: ", ").map(String.init))
      default: return nil
      }
    } catch {
      return nil
    }
  }
}

import Glibc

/// A rule that is being judged: its process, and what that one's end means.
final class RuleJudge {
  let index: Int
  private let rule: Rule
  private let child: ChildProcess
  private let limit: Double
  private let start = ContinuousClock.now

  init(_ index: Int, _ rule: Rule, _ command: [String], _ options: RunOptions) throws(RunError) {
    self.index = index
    self.rule = rule
    limit = options.timeLimit
    child = try ChildProcess(command + RuleProcess.arguments(rule, options))
  }

  /// Waits until one of them has something to read or has ended; not for long.
  static func wait(for judges: [RuleJudge]) {
    var polled = judges.flatMap(\.child.polled)
    // An end closes the pipes, but for those that the child has closed itself, or handed to something that it started.
    let areOpen = polled.count == ChildProcess.pipeCount * judges.count
    poll(&polled, nfds_t(polled.count), areOpen ? 20 : 1)
  }

  /// Nil while there is none.
  func verdict() throws(RunError) -> (Verdict, seconds: Double)? {
    child.take()
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    if child.hasEnded { return (try verdict(after: child.end()), seconds) }
    guard seconds >= limit else { return nil }
    _ = child.end()
    return (.timedOut(seconds: limit), seconds)
  }

  /// Ends it without a verdict.
  func abandon() { _ = child.end() }

  private func verdict(after end: ChildProcess.End) throws(RunError) -> Verdict {
    switch end {
    // The limits that the process has set for itself, for the case that nobody is there to end it.
    case .signalled(SIGXCPU), .signalled(SIGALRM): return .timedOut(seconds: limit)
    case .signalled(let signal): return .crashed("\(SignalName.of(signal))\(lastWords)")
    case .exited(let code):
      let lines = child.answer.split(separator: UInt8(ascii: "\n"))
      guard lines.count <= 1 else {
        return .crashed("somebody else wrote to descriptor 3, where the judgement goes\(lastWords)")
      }
      let line = lines.first ?? []
      if code == RuleProcess.misunderstood && line.isEmpty { throw .notTheProgram(rule.id) }
      guard code == 0, let judgement = Judgement(line: Array(line), rule: rule.id) else {
        return .crashed("the process ended with exit code \(code) before the rule was judged\(lastWords)")
      }
      return try verdict(judgement)
    }
  }

  private func verdict(_ judgement: Judgement) throws(RunError) -> Verdict {
    switch judgement {
    case .passed: return .passed
    case .violated(let violation): return rule.severity == .failure ? .failed(violation) : .warned(violation)
    case .notApplicable(let reason): return .skipped(reason)
    case .unknownModel(let name, let available): throw .unknownModel(name, available: available)
    }
  }

  /// The last line that it printed, without what a terminal would obey.
  private var lastWords: String {
    let text = String(decoding: child.printed, as: UTF8.self)
    guard let line = text.split(whereSeparator: \.isNewline).last else { return "" }
    var words = ""
    for scalar in line.unicodeScalars.prefix(200) where scalar.properties.generalCategory != .control {
      words.unicodeScalars.append(scalar)
    }
    return ", it said: " + words
  }
}

/// Signals by name.
private enum SignalName {
  static func of(_ signal: Int32) -> String {
    switch signal {
    case SIGABRT: "SIGABRT, it ended itself"
    case SIGBUS: "SIGBUS, it reached for memory that is not there"
    case SIGFPE: "SIGFPE, a division by zero or the like"
    case SIGILL: "SIGILL, an instruction that traps"
    case SIGKILL: "SIGKILL, the system ended it"
    case SIGPIPE: "SIGPIPE, it wrote where nobody reads"
    case SIGSEGV: "SIGSEGV, it reached for memory that is not its own"
    case SIGSYS: "SIGSYS, a system call that is forbidden"
    case SIGTERM: "SIGTERM, it was asked to end"
    case SIGTRAP: "SIGTRAP, an instruction that traps"
    default: "signal \(signal)"
    }
  }
}

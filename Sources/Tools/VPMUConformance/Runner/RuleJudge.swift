import Glibc

/// A rule that is being judged: its process, and the verdict that follows from that process's end.
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

  /// Waits until one of them can be read or has ended, for 20 ms at most.
  static func wait(for judges: [RuleJudge]) {
    var polled = judges.flatMap(\.child.polled)
    // An end closes the pipes, except those that the child has closed itself, or handed to a process that it started.
    let areOpen = polled.count == ChildProcess.pipeCount * judges.count
    poll(&polled, nfds_t(polled.count), areOpen ? 20 : 1)
  }

  /// Nil while the process runs within its limit.
  func verdict() throws(RunError) -> (Verdict, seconds: Double)? {
    child.take()
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    if child.hasEnded { return (try verdict(after: child.end()), seconds) }
    guard seconds >= limit else { return nil }
    _ = child.end()
    return (timedOut, seconds)
  }

  /// Ends it without a verdict.
  func abandon() { _ = child.end() }

  private func verdict(after end: ChildProcess.End) throws(RunError) -> Verdict {
    switch end {
    // The limits that the process has set for itself, for the case that the runner has died.
    case .signalled(SIGXCPU), .signalled(SIGALRM): return timedOut
    case .signalled(let signal): return crashed(by: Signal(number: signal))
    case .exited(let code):
      let lines = child.answer.split(separator: UInt8(ascii: "\n"))
      guard lines.count <= 1 else {
        return .crashed(Verdict.Crash("the plugin wrote to descriptor 3, which is the judgement's\(lastOutput)"))
      }
      let line = lines.first ?? []
      if line.isEmpty, let call = child.lastCall {
        let message = call.sentence("ended the process (exit code \(code))") + lastOutput
        return .crashed(Verdict.Crash(message, callback: call.callback.name, request: call.request))
      }
      if code == RuleProcess.misunderstood && line.isEmpty { throw .notTheProgram(rule.id) }
      guard code == 0, let judgement = Judgement(line: Array(line), rule: rule.id) else {
        return .crashed(
          Verdict.Crash("the process ended with exit code \(code) before the rule was judged\(lastOutput)"))
      }
      return try verdict(judgement)
    }
  }

  private func crashed(by signal: Signal) -> Verdict {
    guard let call = child.lastCall else {
      return .crashed(Verdict.Crash(signal.name + signal.explanation + lastOutput))
    }
    let message = call.sentence("crashed (\(signal.name))") + lastOutput
    return .crashed(Verdict.Crash(message, callback: call.callback.name, request: call.request))
  }

  private var timedOut: Verdict {
    .timedOut(
      seconds: limit, during: child.lastCall.map { $0.callback.name + ($0.request.map { ", asked \($0)" } ?? "") })
  }

  private func verdict(_ judgement: Judgement) throws(RunError) -> Verdict {
    switch judgement {
    case .passed: return .passed
    case .violated(let violation): return rule.severity == .failure ? .failed(violation) : .warned(violation)
    case .notApplicable(let reason): return .skipped(reason)
    case .unknownModel(let name, let available): throw .unknownModel(name, available: available)
    }
  }

  /// The last line that it printed, without control characters.
  private var lastOutput: String {
    let text = String(decoding: child.printed, as: UTF8.self)
    guard let line = text.split(whereSeparator: \.isNewline).last else { return "" }
    var words = ""
    for scalar in line.unicodeScalars.prefix(200) where scalar.properties.generalCategory != .control {
      words.unicodeScalars.append(scalar)
    }
    return "; the last line of its output: " + words
  }
}

/// A signal that ended a process.
private struct Signal {
  let number: Int32

  var name: String {
    switch number {
    case SIGABRT: "SIGABRT"
    case SIGBUS: "SIGBUS"
    case SIGFPE: "SIGFPE"
    case SIGILL: "SIGILL"
    case SIGKILL: "SIGKILL"
    case SIGPIPE: "SIGPIPE"
    case SIGSEGV: "SIGSEGV"
    case SIGSYS: "SIGSYS"
    case SIGTERM: "SIGTERM"
    case SIGTRAP: "SIGTRAP"
    default: "signal \(number)"
    }
  }

  /// To follow the name; empty if there is nothing to add.
  var explanation: String {
    switch number {
    case SIGABRT: ": the process called abort"
    case SIGBUS: ": an access beyond the end of a mapped file"
    case SIGFPE: ": an arithmetic exception, such as a division by zero"
    case SIGILL, SIGTRAP: ": an illegal instruction, or one that traps"
    case SIGKILL: ": the system ended the process"
    case SIGPIPE: ": a write to a pipe that is closed"
    case SIGSEGV: ": an access to memory that is not mapped, or not writable"
    case SIGSYS: ": a forbidden system call"
    default: ""
    }
  }
}

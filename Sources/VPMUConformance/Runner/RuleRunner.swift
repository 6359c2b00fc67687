import Glibc

/// Judges a plugin by the rules of the book, each in a process of its own with a time limit.
public struct RuleRunner {
  private let command: [String]
  private let options: RunOptions

  /// - Parameter command: the path of a program, and words, that together with those of the rule make it call
  ///   ``RuleProcess/main(_:)``
  public init(command: [String], options: RunOptions) {
    self.command = command
    self.options = options
  }

  /// Judges the selected rules and what they stand on.
  ///
  /// - Parameter onResult: called for each, in the order of the book
  /// - Returns: the same, in the same order
  @discardableResult
  public func run(onResult: (RuleResult) -> Void = { _ in }) throws(RunError) -> [RuleResult] {
    let selection = options.selection.map { RuleBook.closure($0) }
    var run = Run(RuleBook.all.filter { selection?.contains($0.id) ?? true })
    while !run.isFinished {
      while run.running.count < max(options.width, 1), let next = run.nextToStart() {
        if let reason = run.reasonToSkip(next) {
          run.decide(next, .skipped(reason), seconds: 0)
        } else {
          try run.start(next, command, options)
        }
      }
      try run.wait(options)
      run.publish(stopping: options.stopsAtFirstFailure, onResult)
    }
    return run.results
  }
}

/// One run: which rules wait, which are being judged, which are decided.
private struct Run {
  struct Running {
    let index: Int
    let child: ChildProcess
    let start: ContinuousClock.Instant
  }

  private var rules: [Rule]
  private var verdicts: [RuleResult?]
  private var isStarted: [Bool]
  private var published = 0
  private(set) var running: [Running] = []

  init(_ rules: [Rule]) {
    self.rules = rules
    verdicts = Array(repeating: nil, count: rules.count)
    isStarted = Array(repeating: false, count: rules.count)
  }

  var isFinished: Bool { published == rules.count }

  var results: [RuleResult] { verdicts.prefix(published).compactMap(\.self) }

  /// The first rule not yet started whose prerequisites are decided.
  func nextToStart() -> Int? {
    rules.indices.first { index in
      !isStarted[index] && rules[index].prerequisites.allSatisfy { result(of: $0) != nil || !contains($0) }
    }
  }

  private func contains(_ id: String) -> Bool { rules.contains { $0.id == id } }

  private func result(of id: String) -> RuleResult? {
    rules.firstIndex { $0.id == id }.flatMap { verdicts[$0] }
  }

  /// Nil if the rule can be judged; else the prerequisite, or what that one stands on, that did not pass.
  func reasonToSkip(_ index: Int) -> String? {
    for id in rules[index].prerequisites.sorted() {
      guard let result = result(of: id) else { continue }
      if result.verdict.isFailure { return "\(id) \(result.verdict.word)" }
      if case .skipped(let reason) = result.verdict, reason.hasPrefix("VPMU-") { return reason }
    }
    return nil
  }

  mutating func decide(_ index: Int, _ verdict: Verdict, seconds: Double) {
    isStarted[index] = true
    verdicts[index] = RuleResult(rule: rules[index], verdict: verdict, seconds: seconds)
  }

  mutating func start(_ index: Int, _ command: [String], _ options: RunOptions) throws(RunError) {
    let child: ChildProcess
    do {
      child = try ChildProcess(command + RuleProcess.arguments(rules[index], options))
    } catch {
      endAll()
      throw error
    }
    isStarted[index] = true
    running.append(Running(index: index, child: child, start: .now))
  }

  /// Waits until something happens, and decides the rules whose process has ended or is out of time.
  mutating func wait(_ options: RunOptions) throws(RunError) {
    guard !running.isEmpty else { return }
    var polled = running.flatMap(\.child.polled)
    // A grandchild may hold the pipes of a child that has ended: look again soon.
    poll(&polled, nfds_t(polled.count), polled.count == 2 * running.count ? 20 : 1)
    var failure: RunError?
    running.removeAll { entry in
      entry.child.take()
      let hasEnded = entry.child.hasEnded
      let seconds = (ContinuousClock.now - entry.start) / .seconds(1)
      guard hasEnded || seconds >= options.timeLimit else { return false }
      let end = entry.child.end()
      do throws(RunError) {
        let verdict =
          hasEnded
          ? try Verdict(end, entry.child, rules[entry.index], options) : .timedOut(seconds: options.timeLimit)
        verdicts[entry.index] = RuleResult(rule: rules[entry.index], verdict: verdict, seconds: seconds)
      } catch {
        failure = error
      }
      return true
    }
    if let failure {
      endAll()
      throw failure
    }
  }

  /// Tells of the results that are complete up to the next open rule.
  mutating func publish(stopping: Bool, _ onResult: (RuleResult) -> Void) {
    while published < rules.count, let result = verdicts[published] {
      published += 1
      onResult(result)
      guard stopping && result.verdict.isFailure else { continue }
      endAll()
      rules.removeSubrange(published...)
      verdicts.removeSubrange(published...)
    }
  }

  private mutating func endAll() {
    for entry in running { _ = entry.child.end() }
    running = []
  }
}

extension Verdict {
  /// What the end of a rule's process means.
  fileprivate init(
    _ end: ChildProcess.End, _ child: ChildProcess, _ rule: Rule, _ options: RunOptions
  ) throws(RunError) {
    switch end {
    case .signalled(SIGXCPU): self = .timedOut(seconds: options.timeLimit)
    case .signalled(let signal): self = .crashed(Self.describe(signal, child))
    case .exited(let code):
      let line = child.answer.prefix { $0 != UInt8(ascii: "\n") }
      if code == 64 && line.isEmpty { throw .notTheProgram(rule.id) }
      guard code == 0, let judgement = Judgement(line: Array(line), rule: rule.id) else {
        self = .crashed("the process ended with exit code \(code), before the rule was judged" + Self.words(child))
        return
      }
      switch judgement {
      case .passed: self = .passed
      case .violated(let violation): self = rule.severity == .failure ? .failed(violation) : .warned(violation)
      case .notApplicable(let reason): self = .skipped(reason)
      case .unknownModel(let name, let available): throw .unknownModel(name, available: available)
      }
    }
  }

  private static func describe(_ signal: Int32, _ child: ChildProcess) -> String {
    (String(validatingCString: strsignal(signal)) ?? "signal") + " (\(SignalName.of(signal)))" + words(child)
  }

  /// The last line that it printed, for people.
  private static func words(_ child: ChildProcess) -> String {
    let text = String(decoding: child.printed, as: UTF8.self)
    guard let line = text.split(whereSeparator: \.isNewline).last else { return "" }
    let printable = line.unicodeScalars.filter { $0.properties.generalCategory != .control }
    return ", it said: " + String(String.UnicodeScalarView(printable)).prefix(200)
  }
}

/// Signals by name.
enum SignalName {
  static func of(_ signal: Int32) -> String {
    switch signal {
    case SIGABRT: "SIGABRT"
    case SIGBUS: "SIGBUS"
    case SIGFPE: "SIGFPE"
    case SIGILL: "SIGILL"
    case SIGKILL: "SIGKILL"
    case SIGSEGV: "SIGSEGV"
    case SIGSYS: "SIGSYS"
    case SIGTERM: "SIGTERM"
    case SIGTRAP: "SIGTRAP"
    default: "signal \(signal)"
    }
  }
}

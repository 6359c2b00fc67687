import CLinux
import Glibc

/// The process that judges one rule: what it is started with, and what it does.
///
/// Whoever runs the rules starts a program that calls ``main(_:)`` with the words of ``arguments(_:_:)``, and reads one line
/// from its descriptor 3.
public enum RuleProcess {
  /// Where the judgement goes.
  static let judgementDescriptor: Int32 = 3

  /// The exit code of a process that was told something else.
  static let misunderstood: Int32 = 64

  /// The words that a rule's process is told.
  static func arguments(_ rule: Rule, _ options: RunOptions) -> [String] {
    [
      rule.id, options.path, options.model ?? "", String(options.seed), options.vectors ?? "",
      String(Int(options.timeLimit.rounded(.up)) + 2),
    ]
  }

  /// Judges the rule that the words name and writes the judgement. Nothing that the plugin does can keep this process
  /// from ending: it has limits of its own, beside those of whoever started it.
  ///
  /// - Returns: the exit code: 0, or 64 if the words are not those of ``arguments(_:_:)``
  public static func main(_ arguments: [String]) -> Int32 {
    guard let task = Task(arguments), fcntl(judgementDescriptor, F_SETFD, FD_CLOEXEC) == 0 else {
      return misunderstood
    }
    clinux_confine(task.seconds, 2 << 30)
    // What the program that started this one left open is no business of a plugin's.
    for descriptor in ProcessTraces().descriptors where descriptor > judgementDescriptor { close(descriptor) }
    write(Judgement(task.rule, task.subject).line + "\n")
    return 0
  }

  /// What the words say.
  private struct Task {
    let rule: Rule
    let subject: Subject
    /// Of time, by the process's own clock: a little more than whoever started it waits.
    let seconds: UInt32

    init?(_ words: [String]) {
      let rules = RuleBook.all + [RuleBook.modelQuestion]
      guard words.count == 6, let rule = rules.first(where: { $0.id == words[0] }), let seed = UInt64(words[3]),
        let seconds = UInt32(words[5])
      else { return nil }
      self.rule = rule
      self.seconds = seconds
      subject = Subject(
        path: words[1], modelName: words[2].isEmpty ? nil : words[2], seed: seed,
        vectors: words[4].isEmpty ? nil : words[4])
    }
  }

  private static func write(_ line: String) {
    var rest = Array(line.utf8)[...]
    while !rest.isEmpty {
      let written = rest.withUnsafeBytes { Glibc.write(judgementDescriptor, $0.baseAddress, $0.count) }
      if written < 0 && errno == EINTR { continue }
      guard written > 0 else { return }
      rest = rest.dropFirst(written)
    }
  }
}

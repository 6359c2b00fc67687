import CLinux
import Glibc

/// The process that judges one rule: its arguments and its work.
///
/// The runner starts a program that calls ``main(_:)`` with the words of ``arguments(_:_:)``, and reads one line from
/// its descriptor 3.
public enum RuleProcess {
  /// The judgement is written to it.
  static let judgementDescriptor: Int32 = 3

  /// The record of calls is mapped from it (`clinux_call.h`), if it is one.
  static let callsDescriptor: Int32 = 4

  /// The exit code of a process whose arguments are not those of ``arguments(_:_:)``.
  static let misunderstood: Int32 = 64

  /// The command-line arguments of a rule's process.
  static func arguments(_ rule: Rule, _ options: RunOptions) -> [String] {
    [
      rule.id, options.path, options.model ?? "", String(options.seed), options.vectors ?? "",
      String(Int(options.timeLimit.rounded(.up)) + 2),
    ]
  }

  /// Judges the rule that the words name and writes the judgement. Nothing that the plugin does can keep this process
  /// from ending: it has limits of its own, besides those of the runner.
  ///
  /// - Returns: the exit code: 0, or 64 if the words are not those of ``arguments(_:_:)``
  public static func main(_ arguments: [String]) -> Int32 {
    guard let task = Task(arguments), fcntl(judgementDescriptor, F_SETFD, FD_CLOEXEC) == 0 else {
      return misunderstood
    }
    clinux_confine(task.seconds, 2 << 30)
    clinux_call_record_use(clinux_call_record_map(callsDescriptor))
    // Descriptors that the program that started this one left open are not for the plugin.
    for descriptor in ProcessResources().descriptors where descriptor > judgementDescriptor { close(descriptor) }
    write(Judgement(task.rule, task.subject).line + "\n")
    return 0
  }

  /// The parsed arguments.
  private struct Task {
    let rule: Rule
    let subject: Subject
    /// The limit of time that the process sets for itself: a little more than the runner waits.
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

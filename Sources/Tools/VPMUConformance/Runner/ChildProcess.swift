import CLinux
import Glibc

/// A child in a process group of its own: its pipes, their contents, its record of calls, and its end.
///
/// It writes its answer to descriptor 3, and maps the record from descriptor 4. Its output is kept up to a limit and
/// then dropped, so that it neither spoils this process's output nor waits for a reader.
final class ChildProcess {
  /// How it ended.
  enum End: Equatable {
    case exited(Int32)
    case signalled(Int32)
  }

  private let pid: pid_t
  /// How it ended, once it is reaped: from then on its number may be another process's.
  private var reaped: End?
  private var pipes: [Pipe]
  /// Read from its descriptor 3.
  private(set) var answer: [UInt8] = []
  /// Its standard output and standard error, cut off.
  private(set) var printed: [UInt8] = []
  /// Shared with the child.
  private let calls: UnsafeMutablePointer<clinux_call_record>

  /// Pipes of a child that has closed none.
  static let pipeCount = 2

  private static let answerLimit = 1 << 25
  private static let printedLimit = 1 << 12

  private struct Pipe {
    let descriptor: Int32
    let isAnswer: Bool
  }

  /// Starts `command`, whose first word is the path of a program.
  init(_ command: [String]) throws(RunError) {
    let output = try PipeEnds(for: command[0])
    defer { close(output.writing) }
    let answer: PipeEnds
    do {
      answer = try PipeEnds(for: command[0])
    } catch {
      close(output.reading)
      throw error
    }
    defer { close(answer.writing) }
    let record = clinux_call_record_create()
    defer { if record >= 0 { close(record) } }
    var child: pid_t = 0
    let calls = clinux_call_record_map(record)
    let error =
      calls == nil
      ? (record < 0 ? -record : ENOMEM)
      : Self.spawn(command, output: output.writing, answer: answer.writing, record: record, &child)
    guard error == 0, let calls else {
      if let calls { clinux_call_record_unmap(calls) }
      close(output.reading)
      close(answer.reading)
      throw .notStarted(program: command[0], errno: error)
    }
    pid = child
    self.calls = calls
    pipes = [
      Pipe(descriptor: output.reading, isAnswer: false), Pipe(descriptor: answer.reading, isAnswer: true),
    ]
  }

  deinit {
    for pipe in pipes { close(pipe.descriptor) }
    clinux_call_record_unmap(calls)
  }

  private static func spawn(
    _ command: [String], output: Int32, answer: Int32, record: Int32, _ child: inout pid_t
  ) -> Int32 {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
    posix_spawn_file_actions_adddup2(&actions, output, STDERR_FILENO)
    posix_spawn_file_actions_adddup2(&actions, answer, RuleProcess.judgementDescriptor)
    posix_spawn_file_actions_adddup2(&actions, record, RuleProcess.callsDescriptor)

    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    var all = sigset_t()
    sigemptyset(&none)
    sigfillset(&all)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setsigdefault(&attributes, &all)
    posix_spawnattr_setpgroup(&attributes, 0)
    posix_spawnattr_setflags(
      &attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP))

    let words = command.map { strdup($0) } + [nil]
    defer { for word in words { free(word) } }
    return posix_spawn(&child, command[0], &actions, &attributes, words, environ)
  }

  // MARK: Waiting

  /// The open pipes, for poll(2): an end closes them, unless another process that the child started holds them.
  var polled: [pollfd] { pipes.map { pollfd(fd: $0.descriptor, events: Int16(POLLIN), revents: 0) } }

  /// Reads whatever the pipes hold.
  func take() {
    pipes.removeAll { pipe in
      let isOpen = drain(pipe)
      if !isOpen { close(pipe.descriptor) }
      return !isOpen
    }
  }

  /// False at the end of the pipe.
  private func drain(_ pipe: Pipe) -> Bool {
    var piece = [UInt8](repeating: 0, count: 1 << 16)
    // A child that floods its output must not keep its reader here.
    for _ in 0..<16 {
      let count = piece.withUnsafeMutableBytes { read(pipe.descriptor, $0.baseAddress, $0.count) }
      if count < 0 { return errno == EAGAIN || errno == EINTR }
      if count == 0 { return false }
      if pipe.isAnswer {
        answer += piece.prefix(min(count, Self.answerLimit - answer.count))
      } else {
        printed += piece.prefix(min(count, Self.printedLimit - printed.count))
      }
    }
    return true
  }

  /// Whether it has ended. It is not reaped: its number stays its own until ``end()``.
  var hasEnded: Bool {
    var info = siginfo_t()
    return waitid(P_PID, id_t(pid), &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_signo != 0
  }

  /// The callback that the child was executing when it ended; nil if none.
  var lastCall: RecordedCall? {
    var call = clinux_call()
    return clinux_call_record_last(calls, &call) ? RecordedCall(call) : nil
  }

  /// Ends the child, if it has not ended, and all of its process group; reads the rest of the pipes.
  func end() -> End {
    if let known = reaped { return known }
    kill(-pid, SIGKILL)
    var status: Int32 = 0
    while waitpid(pid, &status, 0) < 0 && errno == EINTR {}
    take()
    let signal = status & 0x7F
    let end: End = signal == 0 ? .exited((status >> 8) & 0xFF) : .signalled(signal)
    reaped = end
    return end
  }
}

/// A pipe that is not inherited, whose reader does not wait.
private struct PipeEnds {
  var reading: Int32 = -1
  var writing: Int32 = -1

  init(for program: String) throws(RunError) {
    let result = clinux_pipe(&reading, &writing)
    guard result == 0 else { throw .notStarted(program: program, errno: -result) }
  }
}

import CLinux
import Glibc

/// A child in a process group of its own: its pipes, what came out of them, and its end.
///
/// It writes its answer to descriptor 3. What it prints is kept up to a limit and then dropped, so that it neither spoils
/// this process's output nor waits for a reader.
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
  /// What it wrote to descriptor 3.
  private(set) var answer: [UInt8] = []
  /// What it printed, cut off.
  private(set) var printed: [UInt8] = []

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
    var child: pid_t = 0
    let error = Self.spawn(command, output: output.writing, answer: answer.writing, &child)
    guard error == 0 else {
      close(output.reading)
      close(answer.reading)
      throw .notStarted(program: command[0], errno: error)
    }
    pid = child
    pipes = [
      Pipe(descriptor: output.reading, isAnswer: false), Pipe(descriptor: answer.reading, isAnswer: true),
    ]
  }

  deinit { for pipe in pipes { close(pipe.descriptor) } }

  private static func spawn(_ command: [String], output: Int32, answer: Int32, _ child: inout pid_t) -> Int32 {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
    posix_spawn_file_actions_adddup2(&actions, output, STDERR_FILENO)
    posix_spawn_file_actions_adddup2(&actions, answer, RuleProcess.judgementDescriptor)

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

  /// What to wait for: an end closes the pipes, unless something that the child started holds them.
  var polled: [pollfd] { pipes.map { pollfd(fd: $0.descriptor, events: Int16(POLLIN), revents: 0) } }

  /// Takes what there is to read.
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

  /// Ends the child, if it has not ended, and all of its process group; takes what was still in the pipes.
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

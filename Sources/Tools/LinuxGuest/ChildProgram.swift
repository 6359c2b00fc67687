import CLinux
import Glibc

/// A program that this one started, which ends with it.
final class ChildProgram {
  let name: String
  private let process: pid_t
  /// As waitpid(2) gives it; nil: it has not ended.
  private var status: Int32?

  /// - Parameters:
  ///   - words: a file and its arguments
  ///   - output: where its standard output and error go
  ///   - kept: descriptors that it has under the same numbers
  init(_ name: String, _ words: [String], output: Int32, keeping kept: [Int32] = []) throws(LinuxGuestError) {
    var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) }
    defer { for argument in arguments { free(argument) } }
    arguments.append(nil)
    let process = clinux_spawn(words[0], arguments, environ, output, kept, kept.count)
    guard process > 0 else { throw .system("fork", errno: -process) }
    self.name = name
    self.process = process
  }

  deinit { end(within: 0) }

  var hasEnded: Bool {
    if status == nil {
      var value: Int32 = 0
      if waitpid(process, &value, WNOHANG) == process { status = value }
    }
    return status != nil
  }

  /// Asks it to end, and ends it after that many seconds.
  func end(within seconds: Double) {
    guard !hasEnded else { return }
    if seconds > 0 {
      kill(process, SIGTERM)
      let limit = Clock.seconds + seconds
      while Clock.seconds < limit {
        if hasEnded { return }
        usleep(5000)
      }
    }
    kill(process, SIGKILL)
    var value: Int32 = 0
    while waitpid(process, &value, 0) < 0 && errno == EINTR {}
    status = value
  }

  /// What a program writes, after it has ended.
  static func output(of words: [String]) throws(LinuxGuestError) -> String {
    let (reading, writing) = try Descriptor.connection()
    defer { close(reading) }
    let child: ChildProgram
    do {
      defer { close(writing) }
      child = try ChildProgram(words[0], words, output: writing)
    }
    let bytes = try Descriptor.readToEnd(reading)
    child.end(within: 1)
    return String(decoding: bytes, as: UTF8.self)
  }
}

/// CLOCK_MONOTONIC.
enum Clock {
  static var seconds: Double {
    var now = timespec()
    clock_gettime(CLOCK_MONOTONIC, &now)
    return Double(now.tv_sec) + Double(now.tv_nsec) / 1e9
  }
}

import ArgumentParser
import Glibc

/// Where words go.
enum Output {
  /// A line of results.
  static func result(_ line: String) { print(line) }

  /// A line for people who wait.
  static func note(_ line: String) { write(line + "\n") }

  /// All results have left this program.
  ///
  /// - Throws: exit code 1, if what they go to takes no more
  static func finish() throws {
    guard fflush(nil) == 0 else {
      error("the results could not be written: standard output takes no more")
      throw ExitCode.failure
    }
  }

  /// Something that went wrong, with what to do about it.
  static func error(_ text: String) { note(red("error:") + " \(text)") }

  /// Text for people, as it is.
  static func write(_ text: String) {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let written = rest.withUnsafeBytes { Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
      guard written > 0 else { return }
      rest = rest.dropFirst(written)
    }
  }

  /// For people on a terminal: not in a pipe, and not where NO_COLOR is set.
  private static func red(_ text: String) -> String {
    let noColor = getenv("NO_COLOR").map { $0.pointee != 0 } ?? false
    return isatty(STDERR_FILENO) != 0 && !noColor ? "\u{1B}[31m\(text)\u{1B}[0m" : text
  }
}

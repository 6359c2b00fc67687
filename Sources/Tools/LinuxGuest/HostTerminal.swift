import Glibc

/// The terminal of this process, on standard input, if that and standard output are one.
final class HostTerminal {
  private var saved: termios?

  static var isThere: Bool { isatty(STDIN_FILENO) != 0 && isatty(STDOUT_FILENO) != 0 }

  static var size: (rows: UInt16, columns: UInt16) {
    var size = winsize()
    guard ioctl(STDIN_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_row > 0, size.ws_col > 0 else { return (24, 80) }
    return (size.ws_row, size.ws_col)
  }

  /// The guest's terminal does the line editing, and sends signals for keys.
  func makeRaw() {
    var settings = termios()
    guard saved == nil, tcgetattr(STDIN_FILENO, &settings) == 0 else { return }
    saved = settings
    cfmakeraw(&settings)
    tcsetattr(STDIN_FILENO, TCSANOW, &settings)
  }

  func restore() {
    guard var settings = saved else { return }
    saved = nil
    tcsetattr(STDIN_FILENO, TCSADRAIN, &settings)
  }

  deinit { restore() }
}

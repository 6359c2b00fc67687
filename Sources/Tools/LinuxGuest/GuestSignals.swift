import CLinux
import Glibc

/// Signals of this process, read one by one.
struct GuestSignals {
  static let handled = [SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGWINCH, SIGCHLD]

  let descriptor: Int32

  init() throws(LinuxGuestError) {
    // A closed reader of the output is an error of write(2).
    signal(SIGPIPE, SIG_IGN)
    let result = clinux_signal_descriptor(Self.handled, Self.handled.count)
    guard result >= 0 else { throw .system("signalfd", errno: -result) }
    descriptor = result
  }

  func next() -> Int32? {
    let number = clinux_next_signal(descriptor)
    return number == 0 ? nil : number
  }
}

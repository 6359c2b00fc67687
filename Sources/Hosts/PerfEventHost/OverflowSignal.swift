import CLinux
import CLibc

/// A real-time signal that carries overflow notifications. The embedder chooses its number and installs it; the
/// handler, in C, sets a bit in the mailbox of the event's vCPU and does nothing else.
///
/// `SIGIO` is installed with it: the kernel sends it in place of a notification that it can't queue
/// (`RLIMIT_SIGPENDING`), and then every vCPU reads the counts of all its events. A handler of `SIGIO` that was
/// there before is called as well; one that is installed later must call the one it finds.
///
/// A thread that blocks the signal gets its notifications when it unblocks it. Keep it unblocked while events are
/// released: a notification that is still under way then would count for the event that gets the descriptor next.
public struct OverflowSignal: Hashable, Sendable {
  /// The signal's number.
  public let number: Int32

  /// Installs the handler for `number`, `SIGRTMIN` to `SIGRTMAX` (see ``range``). Once more is no error.
  ///
  /// - Throws: ``OverflowSignalError``
  public static func install(_ number: Int32) throws(OverflowSignalError) -> OverflowSignal {
    switch -clinux_notification_install(number) {
    case 0: return OverflowSignal(number: number)
    case EINVAL: throw .notRealTime(number: number, range: range)
    case EBUSY: throw .taken(number: number)
    case let error: throw .system(errno: error)
    }
  }

  /// Installs the handler for the first real-time signal that has none.
  ///
  /// - Throws: ``OverflowSignalError/taken(number:)`` if each has one
  public static func installFirstFree() throws(OverflowSignalError) -> OverflowSignal {
    for number in range {
      if let signal = try? install(number) { return signal }
    }
    throw .taken(number: range.upperBound)
  }

  /// The signals that can be installed: SIGRTMIN to SIGRTMAX.
  public static var range: ClosedRange<Int32> { clinux_first_realtime_signal()...clinux_last_realtime_signal() }

  /// Ends it: the signal is ignored from now on. Release the events that use it first.
  public func uninstall() { clinux_notification_uninstall(number) }

  /// Whether the calling thread blocks the signal, so that notifications do not come. Threads of Dispatch, and so those
  /// of Swift concurrency, do.
  public var isBlockedHere: Bool { clinux_signal_is_blocked(number) == 1 }

  /// Lets the signal, and `SIGIO`, reach the calling thread.
  public func unblockHere() { clinux_signal_unblock(number) }
}

/// Why a signal can't carry overflow notifications.
public enum OverflowSignalError: Error, Hashable, Sendable {
  case notRealTime(number: Int32, range: ClosedRange<Int32>)
  /// It has a handler already, of someone else.
  case taken(number: Int32)
  case system(errno: Int32)
}

extension OverflowSignalError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .notRealTime(let number, let range):
      "signal \(number) can't carry overflow notifications: choose a real-time signal, \(range.lowerBound) to \(range.upperBound)"
    case .taken(let number): "signal \(number) has a handler already: choose another real-time signal"
    case .system(let errno): "sigaction failed with \(Errno(errno).name)"
    }
  }
}

import CLinux

/// When a vCPU's time slice begins.
///
/// Host events that a slice neither used nor enabled are given back in the next one. A slice is what the host's
/// scheduler gives the thread, so the thread's context switches tell it (``Source/threadSwitches(minimum:)``), as KVM's
/// own `sched_in` does. A guest that executes HLT makes its thread sleep, which is a switch too: a guest that sleeps
/// ten thousand times a second would have its events released and recreated as often. So no slice is shorter than a
/// minimum. Where the thread is pinned and alone on its processor it is never switched: then time is the slice
/// (``Source/time(_:)``).
public struct SliceClock: Sendable {
  public enum Source: Sendable, Hashable {
    /// getrusage(RUSAGE_THREAD): the thread was switched out since the last slice began; slices of `minimum` ns or
    /// more. Asked at most every `minimum` ns.
    case threadSwitches(minimum: UInt64 = SliceClock.usualMinimum)
    /// A slice every so many ns.
    case time(UInt64)
    /// The VMM calls `scheduledIn` by itself.
    case external
  }

  /// 4 ms, in ns: a tick of most hosts' schedulers.
  public static let usualMinimum: UInt64 = 4_000_000

  private let source: Source
  private var lastLook: UInt64
  private var switches: UInt64

  public init(_ source: Source) {
    self.source = source
    lastLook = clinux_monotonic_time()
    switches = clinux_thread_switches()
  }

  /// Whether a slice has begun since the last call that returned true. Called at each entry of the guest.
  public mutating func hasBegun() -> Bool {
    let minimum: UInt64
    switch source {
    case .threadSwitches(let least), .time(let least): minimum = least
    case .external: return false
    }
    let now = clinux_monotonic_time()
    guard now &- lastLook >= minimum else { return false }
    lastLook = now
    guard case .threadSwitches = source else { return true }
    let before = switches
    switches = clinux_thread_switches()
    return switches != before
  }
}

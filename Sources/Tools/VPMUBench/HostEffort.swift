import CLinux
import VPMUCore

/// What the host has had to do so far for the calling thread's events, beyond what operations tell: to be looked at
/// twice, before and after.
struct HostEffort: Equatable {
  /// By the vPMU; closing an event is not among them.
  var systemCalls: UInt64 = 0
  /// Signals of overflows.
  var interrupts: UInt64 = 0
  /// Host events made.
  var created: UInt64 = 0

  init() {}

  /// So far.
  init(_ statistics: HostEventStatistics) {
    systemCalls = clinux_event_calls()
    interrupts = clinux_notifications_taken()
    created = statistics.created
  }

  func since(_ earlier: HostEffort) -> HostEffort {
    var effort = HostEffort()
    effort.systemCalls = systemCalls &- earlier.systemCalls
    effort.interrupts = interrupts &- earlier.interrupts
    effort.created = created &- earlier.created
    return effort
  }

  mutating func add(_ other: HostEffort) {
    systemCalls &+= other.systemCalls
    interrupts &+= other.interrupts
    created &+= other.created
  }
}

/// The steady state of a round: it begins when all that the guest counts has been on the counters once.
struct SteadyState {
  var start: HostEffort?
  /// PMIs or reads before it.
  var before = 0

  init() {}

  /// - Parameter isSteady: from now on, at the latest
  mutating func note(_ isSteady: Bool, _ count: Int, _ statistics: HostEventStatistics) {
    guard isSteady, start == nil else { return }
    start = HostEffort(statistics)
    before = count
  }

  /// What was asked of the host since then was the bench's own doing.
  mutating func leaveOut(since then: HostEffort, _ statistics: HostEventStatistics) {
    start?.add(HostEffort(statistics).since(then))
  }
}

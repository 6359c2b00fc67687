import CVPMU
import VPMUModel

/// The core's own reasons to handle counters before the guest runs, one bit for each counter (PMC index).
///
/// Every word that requests work at ``VirtualPMU/enter()``:
///
/// | word | set by | cleared by |
/// |---|---|---|
/// | `reprogram`, in `vpmu_state` | the guest's writes, through tables or model | `handleRequests` |
/// | ``recheck`` | an overflow notification, a new event filter, save, restore, bind | `handleRequests` |
/// | ``emulated`` | emulated instructions | `accumulate` |
/// | `retry`, in `vpmu_state` | the host refused an event | `reprogram`, whenever something else requests work |
/// | ``rearm`` | `Adaptive`: an early notification, or a counting counter was written | `Adaptive`, at the entry |
/// | ``polled`` | `Adaptive`: no notification will come in time | `Adaptive`, when the counter stops |
/// | ``OverflowMailbox`` | the host, from any context; other threads: a new event filter | `handleNotifications` |
///
/// No word hides a notification: each is judged by the counter's count, whatever else was requested.
@frozen @usableFromInline
struct Requests: BitwiseCopyable {
  /// Counters to reprogram for another reason than a write of the guest's.
  @usableFromInline var recheck: UInt64 = 0
  /// Counters with emulated counts that are not in their base; they are in ``recheck`` too.
  @usableFromInline var emulated: UInt64 = 0
  /// Counting counters whose notification may be late: their timer is set before the guest runs.
  @usableFromInline var rearm: UInt64 = 0
  /// Counting counters that no notification comes for in time: their counts are read at each access and entry.
  @usableFromInline var polled: UInt64 = 0

  @inlinable
  init() {}
}

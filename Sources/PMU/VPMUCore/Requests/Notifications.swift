import Synchronization
import VPMUModel

/// The decision of a policy on a counter whose count it was asked to check.
@frozen
public enum OverflowCheck: BitwiseCopyable, Sendable {
  case unchanged
  /// Reprogram the counter before the guest runs.
  case reprogram
  /// It has not overflowed, and its timer is to be set before the guest runs.
  case rearm
  /// It has overflowed, and that was not known.
  case overflow
}

/// The moment at which a policy is asked to check a counter.
@frozen
public struct CheckMoment: BitwiseCopyable, Sendable {
  /// The host reported an overflow of this counter; false if it is checked for another reason (polling, a rescan after
  /// lost notifications).
  public var hasNotification: Bool
  /// The guest changed the counter's programming: `reprogram` will stop the event and judge its count before the guest
  /// runs.
  public var isReprogramPending: Bool
  /// The guest is about to run: a counter that is marked now is reprogrammed at once.
  public var isEntry: Bool

  @inlinable
  init(hasNotification: Bool, isReprogramPending: Bool, isEntry: Bool) {
    self.hasNotification = hasNotification
    self.isReprogramPending = isReprogramPending
    self.isEntry = isEntry
  }
}

/// Overflow: from a host's notification to a status bit.
///
/// A notification is a reason to check, and the count decides. A signal may come when its counter has got another value
/// or event since, two may be on their way, and one that was sent first may arrive last: only the count tells whether
/// the counter has wrapped. A notification taken by `enter` costs no system call, because reprogramming stops the event
/// and reads its count anyway; one taken by an access, which shows or clears status bits, costs a read.
extension VirtualPMU {
  @inlinable @inline(__always)
  func takeNotifications() {
    let due = notificationWord.pointee.load(ordering: .relaxed) | Policy.polled(on: events)
    if due != 0 { handleNotifications(isEntry: false) }
  }

  @inlinable @inline(never)
  func handleNotifications(isEntry: Bool) {
    let posted = mailbox.takeNotifications()
    let isRescan = posted & OverflowMailbox.rescan != 0
    let checked = isRescan ? valid : (posted | Policy.polled(on: events)) & valid
    for pmc in PMCSet(checked) {
      let moment = CheckMoment(
        hasNotification: posted & pmc.bit != 0, isReprogramPending: liveState.fields.reprogram & pmc.bit != 0,
        isEntry: isEntry)
      switch Policy.checkOverflow(&counter(pmc).pointee, moment, on: events) {
      case .unchanged: break
      case .reprogram: block.pointee.requests.recheck |= pmc.bit
      case .rearm: block.pointee.requests.rearm |= pmc.bit
      case .overflow:
        counter(pmc).pointee.overflowIsLatched = true
        recordOverflow(pmc)
        // Reprogramming gives it the period to its next overflow.
        block.pointee.requests.recheck |= pmc.bit
      }
    }
    // A rescan is also how a host reports an event that does not count.
    if isRescan { block.pointee.requests.recheck |= failing }
  }

  /// Counters whose event is known not to count: they are reprogrammed whenever something requests work.
  @inlinable
  var failing: UInt64 {
    var failing: UInt64 = 0
    for pmc in PMCSet(block.pointee.counting) where host.knownFailure(of: counter(pmc).pointee.event) != nil {
      failing |= pmc.bit
    }
    return failing
  }
}

import CVPMU
import VPMUModel

/// Overflow: what a host's notification becomes.
///
/// A notification says *look*, and the count says what there is to see. A signal may come when its counter has got another value
/// or event since, two may be on their way, and one that was sent first may be heard last: only the count tells whether the
/// counter has wrapped. The pass that follows a notification reads it anyway, when it stops the counter, so that a notification taken by
/// `enter` asks nothing more of the host; one taken by an access, which shows or clears status bits, costs a read.
extension VirtualPMU {
  /// Takes the notifications that have come since the last time.
  ///
  /// - Parameter isPassNext: a pass follows at once, and judges the counters that it stops
  @inlinable
  func takeNotifications(isPassNext: Bool = false) {
    let notifications = mailbox.takeNotifications()
    let looked = Policy.pausesSoftly ? notifications | book.pointee.polled : notifications
    if looked != 0 { handle(notifications: notifications, looked: looked, isPassNext: isPassNext) }
  }

  /// - Parameters:
  ///   - looked: the counters to look at, with and without a notification
  ///   - isPassNext: as in ``takeNotifications(isPassNext:)``
  @inlinable
  func handle(notifications: UInt64, looked: UInt64, isPassNext: Bool) {
    let wereLost = notifications & Mailbox.rescan != 0
    for pmc in PMCSet(wereLost ? valid : looked & valid) {
      let hasNotification = notifications & pmc.bit != 0
      let isHidden = state.pointee.reprogram & pmc.bit != 0
      if !Policy.pausesSoftly, hasNotification {
        // Late or early: the pass sees to it that the next one comes in time. A mark of the core's own hides no later
        // notification.
        book.pointee.revisit |= pmc.bit
        if isPassNext {
          if isHidden { slot(pmc).pointee.overflowIsLatched = true }
          continue
        }
      }
      guard Policy.pausesSoftly ? hasOverflowed(pmc, hasNotification: hasNotification) : isPastItsAlarm(pmc) else {
        continue
      }
      slot(pmc).pointee.overflowIsLatched = true
      // Its own write hides it: the guest has given this counter another meaning since.
      if isHidden { continue }
      // The next pass gives the counter its new period.
      book.pointee.revisit |= pmc.bit
      overflowed(pmc)
    }
    // The look at all may have found an event that does not count: the host told of it in this way.
    if wereLost { book.pointee.revisit |= failing }
  }

  /// Whether a running counter has wrapped, by its count, and that was not known yet.
  @inlinable
  func isPastItsAlarm(_ pmc: PMCIndex) -> Bool {
    let slot = slot(pmc).pointee
    guard let event = slot.running, !slot.overflowIsLatched else { return false }
    return host.read(event) &- slot.origin >= slot.alarm
  }

  /// The counter wrapped: its status bit is set whether or not it interrupts.
  @inlinable
  func overflowed(_ pmc: PMCIndex) {
    state.pointee.global_status |= pmc.bit
    if state.pointee.interrupts & pmc.bit != 0 { state.pointee.pmi_pending = 1 }
  }
}

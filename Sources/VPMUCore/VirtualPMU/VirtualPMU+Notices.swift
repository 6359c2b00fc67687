import CVPMU
import VPMUModel

/// Overflow: what a host's notice becomes.
extension VirtualPMU {
  /// Takes the notices that have come since the last time.
  @inlinable
  func takeNotices() {
    var notices = mailbox.takeNotices()
    if Policy.judgesByCount { notices |= book.pointee.polled }
    if notices != 0 { handle(notices: notices) }
  }

  @inlinable
  func handle(notices: UInt64) {
    var lost: UInt64 = 0
    if notices & Mailbox.lostNotices != 0 {
      lost = Policy.judgesByCount ? valid : countersPastTheirAlarm()
      // The look at all may have found an event that does not count: the host told of it in this way.
      book.pointee.revisit |= failing
    }
    for pmc in PMCSet((notices | lost) & valid) where Policy.judgesByCount ? hasOverflowed(pmc) : !isStale(pmc) {
      slot(pmc).pointee.isNoticed = true
      // Its own write hides it: the guest has given this counter another meaning since.
      guard state.pointee.reprogram & pmc.bit == 0 else { continue }
      // The next pass gives the counter its new period. A mark of the core's own: it hides no later notice.
      book.pointee.revisit |= pmc.bit
      overflowed(pmc)
    }
  }

  /// Whether a notice is that of an overflow that the count has told already.
  @inlinable
  func isStale(_ pmc: PMCIndex) -> Bool {
    guard slot(pmc).pointee.isOwedNotice else { return false }
    slot(pmc).pointee.isOwedNotice = false
    guard let event = slot(pmc).pointee.running else { return true }
    return host.read(event) &- slot(pmc).pointee.origin < slot(pmc).pointee.alarm
  }

  /// The counter wrapped: its status bit is set whether or not it interrupts.
  @inlinable
  func overflowed(_ pmc: PMCIndex) {
    state.pointee.global_status |= pmc.bit
    if state.pointee.interrupts & pmc.bit != 0 { state.pointee.pmi_pending = 1 }
  }

  /// Notices were lost: the counts tell which events have reached their period.
  @usableFromInline
  func countersPastTheirAlarm() -> UInt64 {
    var past: UInt64 = 0
    for pmc in PMCSet(valid) {
      let slot = slot(pmc).pointee
      if let event = slot.running, !slot.isNoticed, host.read(event) &- slot.origin >= slot.alarm { past |= pmc.bit }
    }
    return past
  }
}

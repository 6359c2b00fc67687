import CVPMU
import VPMUModel

/// Overflow: what a host's notice becomes.
extension VirtualPMU {
  /// Takes the notices that have come since the last time.
  @inlinable
  func takeNotices() {
    let notices = mailbox.takeNotices()
    if notices != 0 { handle(notices: notices) }
  }

  @inlinable
  func handle(notices: UInt64) {
    let lost = notices & Mailbox.lostNotices != 0 ? countersPastTheirAlarm() : 0
    for pmc in PMCSet((notices | lost) & state.pointee.all_valid & ~state.pointee.reprogram) {
      // The next pass gives the counter its new period.
      state.pointee.reprogram |= pmc.bit
      overflowed(pmc)
    }
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
    for pmc in PMCSet(state.pointee.all_valid) {
      if let event = slot(pmc).pointee.running, host.read(event) >= slot(pmc).pointee.alarm { past |= pmc.bit }
    }
    return past
  }
}

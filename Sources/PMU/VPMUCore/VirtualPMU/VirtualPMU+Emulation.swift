import CVPMU
import VPMUModel

/// Instructions that the VMM emulates never reach the host's counters.
extension VirtualPMU {
  /// The VMM emulated something that counts as this event: every counter that is counting it, in that ring, goes on by
  /// `count`, and an overflow is found at the next ``enter()``.
  ///
  /// - Parameters:
  ///   - event: for example instructions or branches, in the model's encoding
  ///   - cpl: the privilege level that it was executed in; 0 counts as ring 0
  ///   - count: occurrences
  /// - Throws: ``VPMUError/wrongThread``
  @inlinable
  public func emulated(_ event: EventCode, cpl: UInt8, count: UInt64 = 1) throws(VPMUError) {
    try checkThread()
    takeNotifications()
    if mailbox.hasFilter { takeFilter() }
    guard count != 0 else { return }
    for pmc in PMCSet(valid) where counts(pmc, event, cpl: cpl) && isCounting(pmc) {
      let counter = self.counter(pmc)
      let (sum, isTooLarge) = counter.pointee.emulated.addingReportingOverflow(count)
      counter.pointee.emulated = isTooLarge ? .max : sum
      book.pointee.revisit |= pmc.bit
    }
  }

  /// Whether the counter is programmed for this event in this ring.
  @inlinable
  func counts(_ pmc: PMCIndex, _ event: EventCode, cpl: UInt8) -> Bool {
    if pmc.isFixed {
      let ring = cpl == 0 ? VPMU_FIXED_OS : VPMU_FIXED_USER
      return state.fixedControl(pmc.number) & ring != 0
        && EventCode(selector: model.findFixedEvent(pmc.number, state).select, mask: eventSelectMask) == event
    }
    let selector = counter(pmc).pointee.selector
    return selector & (cpl == 0 ? VPMU_SELECT_OS : VPMU_SELECT_USER) != 0
      && EventCode(selector: selector, mask: eventSelectMask) == event
  }
}

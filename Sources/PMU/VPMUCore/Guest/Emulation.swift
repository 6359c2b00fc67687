import CVPMU
import VPMUModel

/// Instructions that the VMM emulates never reach the host's counters.
extension VirtualPMU {
  /// The VMM emulated something that counts as this event: every counter that is counting it, in that ring, goes on by
  /// `count`. A counter that wraps by it has overflowed at once: the next access finds it in the status register. KVM:
  /// `kvm_pmu_trigger_event`.
  ///
  /// Call it before the exit that ended the guest's run is answered: a status that this exit reads, or a counter that
  /// it stops or writes, is then the one after the emulated instructions.
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
    for pmc in PMCSet(enabled) where counts(pmc, event, cpl: cpl) && isAllowed(pmc) {
      addEmulated(pmc, count)
      block.pointee.requests.recheck |= pmc.bit
    }
  }

  /// Emulated counts wait until the counter is reprogrammed, unless they wrap it: a wrap is judged now.
  @inlinable
  func addEmulated(_ pmc: PMCIndex, _ count: UInt64) {
    let value = readCounter(pmc)
    guard count > widthMask(pmc) &- value else {
      fields(pmc).pointee.emulated &+= count
      block.pointee.requests.emulated |= pmc.bit
      return
    }
    recordOverflow(pmc)
    // The counter goes on from its value after the wrap, as if that were written.
    writeCounter(pmc, value &+ count)
  }

  /// Whether the counter is programmed for this event in this ring.
  @inlinable
  func counts(_ pmc: PMCIndex, _ event: EventCode, cpl: UInt8) -> Bool {
    if pmc.isFixed {
      let ring = cpl == 0 ? VPMU_FIXED_OS : VPMU_FIXED_USER
      return liveState.view.fixedControl(pmc.number) & ring != 0
        && EventCode(selector: model._findFixedEvent(pmc.number, liveState.view).select, mask: eventSelectMask) == event
    }
    let selector = fields(pmc).pointee.selector
    return selector & (cpl == 0 ? VPMU_SELECT_OS : VPMU_SELECT_USER) != 0
      && EventCode(selector: selector, mask: eventSelectMask) == event
      && model._findArchEvent(selector, liveState.view).canBeCounted(on: pmc)
  }
}

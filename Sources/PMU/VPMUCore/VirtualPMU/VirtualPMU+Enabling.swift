import CVPMU
import VPMUModel

/// When a counter counts: globally enabled, locally enabled, and allowed by the event filter.
extension VirtualPMU {
  @inlinable
  func isCounting(_ pmc: PMCIndex) -> Bool { isGloballyEnabled(pmc) && isLocallyEnabled(pmc) && isAllowed(pmc) }

  @inlinable
  func isGloballyEnabled(_ pmc: PMCIndex) -> Bool {
    !state.hasGlobalControl || state.pointee.global_control & pmc.bit != 0
  }

  @inlinable
  func isLocallyEnabled(_ pmc: PMCIndex) -> Bool {
    pmc.isFixed
      ? state.fixedControl(pmc.number) & (VPMU_FIXED_OS | VPMU_FIXED_USER) != 0
      : counter(pmc).pointee.selector & VPMU_SELECT_ENABLE != 0
  }

  @inlinable
  func isAllowed(_ pmc: PMCIndex) -> Bool {
    guard let filter = book.pointee.filter else { return true }
    return pmc.isFixed
      ? filter.allows(fixed: pmc.number) : filter.allows(selector: counter(pmc).pointee.selector)
  }
}

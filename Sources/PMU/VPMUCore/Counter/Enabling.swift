import CVPMU
import VPMUModel

/// A counter counts if it is globally enabled, locally enabled, and allowed by the event filter.
extension VirtualPMU {
  /// The counters that the guest's registers enable: locally, and globally where there is such a register.
  @inlinable
  var enabled: UInt64 {
    let local = liveState.fields.locally_enabled & valid
    return liveState.hasGlobalControl ? local & liveState.fields.global_control : local
  }

  @inlinable
  func isCounting(_ pmc: PMCIndex) -> Bool { enabled & pmc.bit != 0 && isAllowed(pmc) }

  @inlinable
  func isAllowed(_ pmc: PMCIndex) -> Bool { block.pointee.filter == nil || filterAllows(pmc) }

  @usableFromInline
  func filterAllows(_ pmc: PMCIndex) -> Bool {
    guard let filter = block.pointee.filter else { return true }
    return pmc.isFixed ? filter.allows(fixed: pmc.number) : filter.allows(selector: fields(pmc).pointee.selector)
  }

  /// A model may have written control registers by itself: finds the counters again that their own control enables.
  @usableFromInline
  func updateLocallyEnabled() { liveState.fields.locally_enabled = registers.locallyEnabled(liveState.view) }
}

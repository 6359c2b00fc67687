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
  func isCounting(_ pmc: PMCIndex) -> Bool { allowed(enabled & pmc.bit) != 0 }

  @inlinable
  func isAllowed(_ pmc: PMCIndex) -> Bool { allowed(pmc.bit) != 0 }

  /// Those of these counters whose event the filter allows.
  @inlinable
  func allowed(_ pmcs: UInt64) -> UInt64 { block.pointee.filter == nil ? pmcs : allowedByFilter(pmcs) }

  @inlinable @inline(never)
  func allowedByFilter(_ pmcs: UInt64) -> UInt64 {
    guard let filter = block.pointee.filter else { return pmcs }
    var allowed: UInt64 = 0
    for pmc in PMCSet(pmcs) {
      let isAllowed =
        pmc.isFixed ? filter.allows(fixed: pmc.number) : filter.allows(selector: fields(pmc).pointee.selector)
      if isAllowed { allowed |= pmc.bit }
    }
    return allowed
  }

  /// A model may have written control registers by itself: finds the counters again that their own control enables.
  @inlinable @inline(never)
  func updateLocallyEnabled() { liveState.fields.locally_enabled = registers.locallyEnabled(liveState.view) }
}

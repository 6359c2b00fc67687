import CVPMU
import VPMUModel

/// All that a guest can see of its PMU, and what is pending for it: one plain value.
public struct SavedState: Sendable {
  @usableFromInline let state: vpmu_state
}

extension VirtualPMU {
  /// The state, with all counts folded in. The vPMU goes on as before.
  ///
  /// - Throws: ``VPMUError/wrongThread``
  public func save() throws(VPMUError) -> SavedState {
    try checkThread()
    takeNotices()
    for pmc in PMCSet(state.pointee.all_valid) where slot(pmc).pointee.running != nil {
      if fold(pmc, Policy.stop(&slot(pmc).pointee, on: events)) { overflowed(pmc) }
      book.pointee.revisit |= pmc.bit
    }
    takeNotices()
    return SavedState(state: state.pointee)
  }

  /// Puts a saved state in the place of this one. Host events are released, and made anew at the next ``enter()``.
  ///
  /// - Throws: ``VPMUError/foreignState(reason:)`` if its counters are not those of this vPMU's configuration
  public func restore(_ saved: SavedState) throws(VPMUError) {
    try checkThread()
    let new = saved.state
    guard new.struct_size == state.pointee.struct_size else { throw .foreignState(reason: "it has another size") }
    guard new.all_valid == state.pointee.all_valid, new.gp_mask == state.pointee.gp_mask,
      new.fixed_mask == state.pointee.fixed_mask, new.features == state.pointee.features
    else { throw .foreignState(reason: "it has other counters") }
    releaseAllEvents()
    _ = mailbox.takeNotices()
    state.pointee = new
    book.pointee.revisit = state.pointee.all_valid
  }
}

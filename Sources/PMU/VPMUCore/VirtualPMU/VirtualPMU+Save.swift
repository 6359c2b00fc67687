import CVPMU
import VPMUModel

extension VirtualPMU {
  /// The state, with all counts folded in. The vPMU goes on as before.
  ///
  /// - Throws: ``VPMUError/wrongThread``
  public func save() throws(VPMUError) -> SavedState {
    try checkThread()
    takeNotifications()
    for pmc in PMCSet(valid) where slot(pmc).pointee.running != nil {
      book.pointee.polled &= ~pmc.bit
      settle(pmc, Policy.stop(&slot(pmc).pointee, on: events))
    }
    takeNotifications()
    return SavedState(model: model.declaration.id, state: state.pointee)
  }

  /// Puts a saved state in the place of this one. Host events are released, and made anew at the next ``enter()``.
  ///
  /// - Throws: ``VPMUError/foreignState(reason:)`` if it is another model's, or its counters and settings are not those
  ///   of this vPMU's configuration; ``VPMUError/wrongThread``
  public func restore(_ saved: SavedState) throws(VPMUError) {
    try checkThread()
    let id = model.declaration.id
    guard saved.model == id else { throw .foreignState(reason: "it is of the model \(saved.model), this is \(id)") }
    guard state.hasShape(of: saved.state) else { throw .foreignState(reason: "it has other counters or settings") }
    releaseAllEvents()
    _ = mailbox.takeNotifications()
    let (counterSize, countersOffset) = (state.pointee.counter_size, state.pointee.counters_offset)
    state.pointee = saved.state
    state.pointee.counter_size = counterSize
    state.pointee.counters_offset = countersOffset
    for pmc in PMCSet(valid) { counter(pmc).pointee.base &= widthMask(pmc) }
    book.pointee.revisit = valid
  }
}

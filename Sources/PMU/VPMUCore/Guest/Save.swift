import CVPMU
import VPMUModel

extension VirtualPMU {
  /// The state, with all counts accumulated. The vPMU goes on as before.
  ///
  /// - Throws: ``VPMUError/wrongThread``
  public func save() throws(VPMUError) -> SavedState {
    try checkThread()
    takeNotifications()
    for pmc in PMCSet(block.pointee.counting | block.pointee.requests.emulated) {
      accumulate(pmc, Policy.stop(&counter(pmc).pointee, pmc, on: events))
      block.pointee.counting &= ~pmc.bit
      block.pointee.requests.recheck |= pmc.bit
    }
    takeNotifications()
    return SavedState(model: model.declaration.id, state: liveState.fields)
  }

  /// Puts a saved state in the place of this one. Host events are released, and created again at the next ``enter()``.
  ///
  /// - Throws: ``VPMUError/foreignState(reason:)`` if it is another model's, or its counters and settings are not those
  ///   of this vPMU's configuration; ``VPMUError/wrongThread``
  public func restore(_ saved: SavedState) throws(VPMUError) {
    try checkThread()
    let id = model.declaration.id
    guard saved.model == id else { throw .foreignState(reason: "it is of the model \(saved.model), this is \(id)") }
    guard liveState.hasShape(of: saved.state) else { throw .foreignState(reason: "it has other counters or settings") }
    releaseAllEvents()
    _ = mailbox.takeNotifications()
    let (counterSize, countersOffset) = (liveState.fields.counter_size, liveState.fields.counters_offset)
    liveState.fields = saved.state
    liveState.fields.counter_size = counterSize
    liveState.fields.counters_offset = countersOffset
    block.pointee.requests = Requests()
    block.pointee.requests.recheck = valid
    for pmc in PMCSet(valid) {
      fields(pmc).pointee.base &= widthMask(pmc)
      if fields(pmc).pointee.emulated != 0 { block.pointee.requests.emulated |= pmc.bit }
    }
    updateLocallyEnabled()
  }
}

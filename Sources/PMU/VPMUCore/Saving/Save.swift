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
    return SavedState(
      model: model.declaration.id, modelVersion: model.declaration.version, state: liveState.fields)
  }

  /// Puts a saved state in the place of this one. Host events are released, and created again at the next ``enter()``.
  ///
  /// - Throws: ``VPMUError/stateRefused(_:)`` if it is another model's, if its counters and settings are not those of
  ///   this vPMU's configuration, or if it holds what no guest can have written; ``VPMUError/wrongThread``
  public func restore(_ saved: SavedState) throws(VPMUError) {
    try checkThread()
    do throws(SavedStateError) {
      try saved.check(against: liveState, model: model.declaration.id)
    } catch { throw .stateRefused(error) }
    releaseAllEvents()
    _ = mailbox.takeNotifications()
    let (counterSize, countersOffset) = (liveState.fields.counter_size, liveState.fields.counters_offset)
    liveState.fields = saved.state
    liveState.fields.struct_size = UInt32(MemoryLayout<vpmu_state>.size)
    liveState.fields.counter_size = counterSize
    liveState.fields.counters_offset = countersOffset
    block.pointee.requests = Requests()
    block.pointee.requests.recheck = valid
    updateLocallyEnabled()
  }
}

import CVPMU
import VPMUModel

/// Lazy release: host events that were not used for a whole time slice. KVM: `kvm_pmu_cleanup`.
extension VirtualPMU {
  /// A new time slice of this vCPU begins. Host events that the slice before neither used nor enabled are released at
  /// the next ``enter()``. While there are no host events this does nothing: a guest that does not use its PMU pays
  /// nothing.
  ///
  /// - Throws: ``VPMUError/wrongThread``
  @inlinable
  public func scheduledIn() throws(VPMUError) {
    try checkThread()
    if block.pointee.statistics.live != 0 { liveState.fields.need_cleanup = 1 }
  }

  /// Once per time slice: counters that are not in use and not locally enabled release their host events.
  @inlinable @inline(never)
  func cleanup() {
    liveState.fields.need_cleanup = 0
    for pmc in PMCSet(valid & ~liveState.fields.in_use & ~liveState.fields.locally_enabled) {
      accumulate(pmc, Policy.retire(&counter(pmc).pointee, pmc, on: events))
      block.pointee.counting &= ~pmc.bit
    }
    Policy.endSlice(wasUsed: liveState.fields.in_use != 0, on: events)
    liveState.fields.in_use = 0
    model.cleanup(liveState)
    updateLocallyEnabled()
  }
}

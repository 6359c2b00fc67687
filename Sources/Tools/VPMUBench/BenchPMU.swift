import VPMUCore
import VPMUModel

/// The virtual PMU of a bench's guest, which knows why host events were created: they are when the guest is entered,
/// and what it accessed before that is the cause.
public final class BenchPMU<Model: PMUModel, Base: HostEvents, Policy: EventPolicy>: GuestFacingPMU {
  package let vpmu: VirtualPMU<Model, MeasuredHost<Base>, Policy>
  let globalControl: MSRNumber?
  // Checks at run time would be in each access that is timed, and one thread alone uses this.
  /// The guest is putting another set of events on its counters.
  @exclusivity(unchecked) var isRotating = false
  @exclusivity(unchecked) var causes = CreationCauses()
  /// Of what is created at the next entry.
  @exclusivity(unchecked) var cause = CreationCause.overflow

  init(_ vpmu: VirtualPMU<Model, MeasuredHost<Base>, Policy>, globalControl: MSRNumber?) {
    self.vpmu = vpmu
    self.globalControl = globalControl
  }

  public func writeMSR(_ msr: MSRNumber, _ value: UInt64, origin: AccessOrigin) throws(VPMUError) -> WriteAnswer {
    cause = msr == globalControl ? .globalControl : .selectorWrite
    return try vpmu.writeMSR(msr, value, origin: origin)
  }

  public func readMSR(_ msr: MSRNumber, origin: AccessOrigin) throws(VPMUError) -> ReadAnswer {
    try vpmu.readMSR(msr, origin: origin)
  }

  public func readPMC(
    _ ecx: RDPMCSelector, cpl: UInt8, cr4PCE: Bool, protectedMode: Bool
  ) throws(VPMUError) -> ReadAnswer {
    try vpmu.readPMC(ecx, cpl: cpl, cr4PCE: cr4PCE, protectedMode: protectedMode)
  }

  public func enter() throws(VPMUError) -> EntryAction {
    let before = vpmu.statistics
    let action = try vpmu.enter()
    let after = vpmu.statistics
    let created = after.created &- before.created
    if created != 0 {
      let retried = after.retried &- before.retried
      causes.add(retried, .retry)
      causes.add(created &- retried, isRotating ? .rotation : cause)
    }
    cause = .overflow
    return action
  }

  public func scheduledIn() throws(VPMUError) { try vpmu.scheduledIn() }

  public func emulated(_ event: EventCode, cpl: UInt8, count: UInt64) throws(VPMUError) {
    try vpmu.emulated(event, cpl: cpl, count: count)
  }

  public func lookAtCounts() { vpmu.lookAtCounts() }
}

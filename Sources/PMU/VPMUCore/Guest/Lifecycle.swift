import CLinux
import CVPMU
import VPMUModel

/// RESET, another CPUID, another thread.
extension VirtualPMU {
  /// The guest's CPUID was set. Releases every host event; the guest sees the state after RESET, in its new shape.
  ///
  /// - Throws: ``VPMUError/configurationRefused(model:)``, ``VPMUError/invalidShape(model:reason:)``,
  ///   ``VPMUError/invalidStatus(model:status:)``: the vPMU then shows no counters
  @inlinable
  public func refresh(_ configuration: GuestConfiguration) throws(VPMUError) {
    try checkThread()
    releaseAllEvents()
    liveState.clear()
    block.pointee.shape = CheckedShape()
    do {
      block.pointee.shape = try newShape(configuration)
    } catch {
      liveState.clear()
      throw error
    }
    try reset()
  }

  /// The shape that the model makes of a CPUID, checked.
  @usableFromInline
  func newShape(_ configuration: GuestConfiguration) throws(VPMUError) -> CheckedShape {
    let status = model._refresh(liveState, guest: configuration, host: host.limits)
    guard status == VPMU_DONE else {
      throw status == VPMU_FAULT
        ? .configurationRefused(model: model.declaration.name)
        : .invalidStatus(model: model.declaration.id, status: Int32(bitPattern: status.rawValue))
    }
    if liveState.restoreSizes() { report(.sizes) }
    if let reason = liveState.shapeFault(host.limits) {
      throw .invalidShape(model: model.declaration.id, reason: reason)
    }
    return CheckedShape(of: liveState)
  }

  /// RESET of the vCPU: every host event is released, registers get their values after RESET, and nothing is pending.
  /// Without this a rebooted guest would get PMIs that it never asked for.
  ///
  /// - Throws: ``VPMUError/wrongThread``
  @inlinable
  public func reset() throws(VPMUError) {
    try checkThread()
    releaseAllEvents()
    _ = mailbox.takeNotifications()
    liveState.clearRegisters()
    block.pointee.requests = Requests()
    model.reset(liveState)
    if liveState.restoreSizes() { report(.sizes) }
    updateLocallyEnabled()
  }

  /// Binds the vPMU to the calling thread: from now on it is called from here, and its events count here. On another
  /// thread than before, counts are accumulated, host events released, and created again at the next ``enter()``. The
  /// caller sees to it that the former thread is not in a call.
  @inlinable
  public func bind() {
    guard clinux_thread_number() != block.pointee.thread else { return }
    takeNotifications()
    for pmc in PMCSet(valid) where counter(pmc).pointee.phase != .none {
      accumulate(pmc, events.release(&counter(pmc).pointee))
      block.pointee.requests.recheck |= pmc.bit
    }
    block.pointee.counting = 0
    Policy.releaseKeptEvents(on: events)
    _ = mailbox.takeNotifications()
    block.pointee.thread = clinux_thread_number()
    host.bindToCurrentThread()
  }
}

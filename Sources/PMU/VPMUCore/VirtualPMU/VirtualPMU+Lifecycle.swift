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
    state.clear()
    book.pointee.shape = CheckedShape()
    do {
      book.pointee.shape = try newShape(configuration)
    } catch {
      state.clear()
      throw error
    }
    try reset()
  }

  /// What the model makes of a CPUID, checked.
  @usableFromInline
  func newShape(_ configuration: GuestConfiguration) throws(VPMUError) -> CheckedShape {
    let status = model.refreshStatus(state, guest: configuration, host: host.limits)
    guard status == VPMU_DONE else {
      throw status == VPMU_FAULT
        ? .configurationRefused(model: model.declaration.name)
        : .invalidStatus(model: model.declaration.id, status: status)
    }
    if state.restoreSizes() { note(.sizes) }
    if let reason = state.shapeFault(host.limits) {
      throw .invalidShape(model: model.declaration.id, reason: reason)
    }
    return CheckedShape(of: state)
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
    state.clearRegisters()
    book.pointee.revisit = 0
    model.reset(state)
    if state.restoreSizes() { note(.sizes) }
  }

  /// Binds the vPMU to the calling thread: from now on it is called from here, and its events count here. On another
  /// thread than before, counts are folded, host events released, and made anew at the next ``enter()``. The caller sees
  /// to it that the former thread is not in a call.
  @inlinable
  public func bind() {
    guard clinux_thread_number() != book.pointee.thread else { return }
    takeNotifications()
    for pmc in PMCSet(valid) where slot(pmc).pointee.event != nil {
      settle(pmc, events.release(&slot(pmc).pointee))
    }
    forgetEvents()
    takeNotifications()
    book.pointee.thread = clinux_thread_number()
    host.bindToCurrentThread()
  }
}

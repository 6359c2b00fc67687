import CLinux
import CVPMU
import VPMUModel

/// RESET, another CPUID, another thread.
extension VirtualPMU {
  /// The guest's CPUID was set. Releases every host event; the guest sees the state after RESET, in its new shape.
  ///
  /// - Throws: ``VPMUError/configurationRefused(model:)``, ``VPMUError/invalidShape(model:reason:)``: the vPMU then
  ///   shows no counters
  public func refresh(_ configuration: GuestConfiguration) throws(VPMUError) {
    try checkThread()
    releaseAllEvents()
    clearShape()
    guard model.refresh(state, guest: configuration, host: host.limits) else {
      clearShape()
      throw .configurationRefused(model: model.declaration.name)
    }
    if let reason = shapeFault() {
      clearShape()
      throw .invalidShape(model: model.declaration.name, reason: reason)
    }
    try reset()
  }

  /// RESET of the vCPU: every host event is released, registers get their values after RESET, and nothing is pending.
  /// Without this a rebooted guest would get PMIs that it never asked for.
  ///
  /// - Throws: ``VPMUError/wrongThread``
  public func reset() throws(VPMUError) {
    try checkThread()
    releaseAllEvents()
    _ = mailbox.takeNotices()
    for pmc in PMCSet(state.pointee.all_valid) { state.counter(pmc).pointee = vpmu_counter() }
    state.pointee.fixed_control = 0
    state.pointee.global_control = 0
    state.pointee.global_status = 0
    state.pointee.reprogram = 0
    state.pointee.in_use = 0
    state.pointee.retry = 0
    state.pointee.interrupts = 0
    state.pointee.pmi_pending = 0
    state.pointee.need_cleanup = 0
    book.pointee.revisit = 0
    model.reset(state)
  }

  /// Binds the vPMU to the calling thread: from now on it is called from here, and its events count here. On another
  /// thread than before, counts are folded, host events released, and made anew at the next ``enter()``. The caller sees
  /// to it that the former thread is not in a call.
  public func bind() {
    guard clinux_thread_pointer() != book.pointee.thread else { return }
    takeNotices()
    for pmc in PMCSet(state.pointee.all_valid) where slot(pmc).pointee.event != nil {
      fold(pmc, events.release(&slot(pmc).pointee))
      book.pointee.revisit |= pmc.bit
    }
    takeNotices()
    book.pointee.thread = clinux_thread_pointer()
    host.bindToCurrentThread()
  }

  private func clearShape() {
    state.initialize(to: vpmu_state())
    state.pointee.struct_size = UInt32(MemoryLayout<vpmu_state>.size)
    state.pointee.counter_size = UInt32(MemoryLayout<vpmu_counter>.size)
    state.pointee.counters_offset = UInt32(MemoryLayout<vpmu_state>.offset(of: \.counters) ?? 0)
  }

  /// What is wrong with the shape that the model set, nil if nothing is.
  private func shapeFault() -> String? {
    let shape = state.pointee
    if shape.gp_count > VPMU_MAX_GP { return "\(shape.gp_count) general-purpose counters, \(VPMU_MAX_GP) is the most" }
    if shape.fixed_count > VPMU_MAX_FIXED {
      return "\(shape.fixed_count) fixed counters, \(VPMU_MAX_FIXED) is the most"
    }
    for (count, mask, kind) in [
      (shape.gp_count, shape.gp_mask, "gp_mask"), (shape.fixed_count, shape.fixed_mask, "fixed_mask"),
    ] where count > 0 && (mask == 0 || mask & (mask &+ 1) != 0 || mask > 1 << 63 - 1) {
      return "\(kind) 0x\(String(mask, radix: 16)), which is no 2^width - 1 of 1 to 63 bits"
    }
    let existing =
      widthMask(bits: shape.gp_count) | widthMask(bits: shape.fixed_count) << UInt64(VPMU_FIXED_BASE)
    if shape.all_valid & ~existing != 0 {
      return "all_valid 0x\(String(shape.all_valid, radix: 16)) with counters that do not exist"
    }
    return nil
  }
}

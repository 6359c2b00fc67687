import CVPMU
import VPMUModel

/// What the core does to a state as a whole.
extension PMUState {
  /// No counters, no registers: what a model's `refresh` starts from.
  @usableFromInline
  func clear() {
    initialize(to: vpmu_state())
    pointee.struct_size = UInt32(MemoryLayout<vpmu_state>.size)
    pointee.counter_size = UInt32(MemoryLayout<vpmu_counter>.size)
    pointee.counters_offset = UInt32(MemoryLayout<vpmu_state>.offset(of: \.counters) ?? 0)
  }

  /// Registers, counters and requests are zero, the shape stays.
  @usableFromInline
  func clearRegisters() {
    for pmc in PMCSet(pointee.all_valid) { counter(pmc).pointee = vpmu_counter() }
    pointee.fixed_control = 0
    pointee.global_control = 0
    pointee.global_status = 0
    pointee.reprogram = 0
    pointee.in_use = 0
    pointee.retry = 0
    pointee.interrupts = 0
    pointee.pmi_pending = 0
    pointee.need_cleanup = 0
    pointee.model_words = (0, 0, 0, 0)
  }

  /// Whether another state has the same shape: the same counters and settings.
  @usableFromInline
  func hasShape(of other: vpmu_state) -> Bool {
    pointee.struct_size == other.struct_size && pointee.version == other.version
      && pointee.features == other.features && pointee.gp_count == other.gp_count
      && pointee.fixed_count == other.fixed_count && pointee.gp_mask == other.gp_mask
      && pointee.fixed_mask == other.fixed_mask && pointee.all_valid == other.all_valid
      && pointee.event_select_reserved == other.event_select_reserved
      && pointee.fixed_control_reserved == other.fixed_control_reserved
      && pointee.global_control_reserved == other.global_control_reserved
      && pointee.global_status_reserved == other.global_status_reserved
      && pointee.model_shape == other.model_shape
  }

  /// What is wrong with the shape that a model set, nil if nothing is.
  @usableFromInline
  func shapeFault() -> String? {
    if pointee.gp_count > VPMU_MAX_GP {
      return "\(pointee.gp_count) general-purpose counters, \(VPMU_MAX_GP) is the most"
    }
    if pointee.fixed_count > VPMU_MAX_FIXED {
      return "\(pointee.fixed_count) fixed counters, \(VPMU_MAX_FIXED) is the most"
    }
    if pointee.gp_count > 0, !isWidthMask(pointee.gp_mask) { return "gp_mask to no 2^width - 1 of 1 to 63 bits" }
    if pointee.fixed_count > 0, !isWidthMask(pointee.fixed_mask) {
      return "fixed_mask to no 2^width - 1 of 1 to 63 bits"
    }
    let existing =
      VPMUModel.widthMask(bits: pointee.gp_count) | VPMUModel.widthMask(bits: pointee.fixed_count)
      << UInt64(VPMU_FIXED_BASE)
    if pointee.all_valid & ~existing != 0 { return "bits in all_valid for counters that do not exist" }
    return nil
  }

  private func isWidthMask(_ mask: UInt64) -> Bool { mask != 0 && mask & (mask &+ 1) == 0 && mask >> 63 == 0 }
}

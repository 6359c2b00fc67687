import CVPMU
import VPMUModel

/// The core's operations on a state as a whole.
extension PMUState {
  /// No counters, no registers: the state that a model's `refresh` starts from.
  @usableFromInline
  func clear() {
    pointer.initialize(to: vpmu_state())
    restoreSizes()
  }

  /// Sets the size fields, which are the core's.
  ///
  /// - Returns: whether one of them was something else
  @usableFromInline @discardableResult
  func restoreSizes() -> Bool {
    let sizes = (
      UInt32(MemoryLayout<vpmu_state>.size), UInt32(MemoryLayout<vpmu_counter>.stride), UInt32(Self.countersOffset)
    )
    guard (fields.struct_size, fields.counter_size, fields.counters_offset) != sizes else { return false }
    (fields.struct_size, fields.counter_size, fields.counters_offset) = sizes
    return true
  }

  /// The counters, by the core's own layout.
  private var counterFields: UnsafeMutablePointer<vpmu_counter> {
    (UnsafeMutableRawPointer(pointer) + Self.countersOffset).assumingMemoryBound(to: vpmu_counter.self)
  }

  /// Registers, counters and requests are zero, the shape stays.
  @usableFromInline
  func clearRegisters() {
    counterFields.update(repeating: vpmu_counter(), count: Int(VPMU_MAX_GP + VPMU_MAX_FIXED))
    fields.fixed_control = 0
    fields.global_control = 0
    fields.global_status = 0
    fields.reprogram = 0
    fields.in_use = 0
    fields.locally_enabled = 0
    fields.retry = 0
    fields.interrupts = 0
    fields.pmi_pending = 0
    fields.need_cleanup = 0
    fields.model_words = (0, 0, 0, 0)
  }

  /// Whether another state has the same shape: the same counters and settings.
  @usableFromInline
  func hasShape(of other: vpmu_state) -> Bool {
    fields.version == other.version
      && fields.features == other.features && fields.gp_count == other.gp_count
      && fields.fixed_count == other.fixed_count && fields.gp_mask == other.gp_mask
      && fields.fixed_mask == other.fixed_mask && fields.all_valid == other.all_valid
      && fields.event_select_reserved == other.event_select_reserved
      && fields.fixed_control_reserved == other.fixed_control_reserved
      && fields.global_control_reserved == other.global_control_reserved
      && fields.global_status_reserved == other.global_status_reserved
      && fields.model_shape == other.model_shape
  }

  /// The fault of the shape that a model set, nil if there is none.
  ///
  /// - Parameter limits: the host's, which a model must not exceed
  @usableFromInline
  func shapeFault(_ limits: HostLimits) -> String? {
    Self.fault(
      "general-purpose", count: fields.gp_count, maximum: VPMU_MAX_GP, offered: limits.gp_counters,
      mask: fields.gp_mask, width: limits.gp_width)
      ?? Self.fault(
        "fixed", count: fields.fixed_count, maximum: VPMU_MAX_FIXED, offered: limits.fixed_counters,
        mask: fields.fixed_mask, width: limits.fixed_width)
      ?? strayCounters
  }

  /// - Parameters:
  ///   - maximum: the limit of the ABI
  ///   - width: bits of a counter of the host
  private static func fault(
    _ kind: String, count: UInt32, maximum: UInt32, offered: UInt32, mask: UInt64, width: UInt32
  ) -> String? {
    if count > maximum { return "\(count) \(kind) counters, \(maximum) is the limit" }
    if count > offered { return "\(count) \(kind) counters, the host offers \(offered)" }
    guard count > 0 else { return nil }
    var hexadecimal: String { "0x" + String(mask, radix: 16) }
    guard mask != 0, mask & (mask &+ 1) == 0, mask >> 63 == 0 else {
      return "the mask of \(kind) counters to \(hexadecimal), which is no 2^width - 1 of 1 to 63 bits"
    }
    return mask > VPMUModel.widthMask(bits: width)
      ? "the mask of \(kind) counters to \(hexadecimal), the host's have \(width) bits" : nil
  }

  private var strayCounters: String? {
    let existing =
      VPMUModel.widthMask(bits: fields.gp_count) | VPMUModel.widthMask(bits: fields.fixed_count)
      << UInt64(VPMU_FIXED_BASE)
    return fields.all_valid & ~existing == 0 ? nil : "bits in all_valid for counters that do not exist"
  }
}

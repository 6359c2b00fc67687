import CVPMU
import VPMUModel

/// What the core does to a state as a whole.
extension PMUState {
  /// No counters, no registers: what a model's `refresh` starts from.
  @usableFromInline
  func clear() {
    initialize(to: vpmu_state())
    restoreSizes()
  }

  /// Sets the size fields, which are the core's.
  ///
  /// - Returns: whether one of them was something else
  @usableFromInline @discardableResult
  func restoreSizes() -> Bool {
    let sizes = (UInt32(MemoryLayout<vpmu_state>.size), UInt32(MemoryLayout<vpmu_counter>.stride), Self.countersOffset)
    guard (pointee.struct_size, pointee.counter_size, pointee.counters_offset) != sizes else { return false }
    (pointee.struct_size, pointee.counter_size, pointee.counters_offset) = sizes
    return true
  }

  private static var countersOffset: UInt32 { UInt32(MemoryLayout<vpmu_state>.offset(of: \.counters) ?? 0) }

  /// The counters, by the core's own layout.
  @usableFromInline
  var counterFields: UnsafeMutablePointer<vpmu_counter> {
    (UnsafeMutableRawPointer(self) + Int(Self.countersOffset)).assumingMemoryBound(to: vpmu_counter.self)
  }

  /// Registers, counters and requests are zero, the shape stays.
  @usableFromInline
  func clearRegisters() {
    counterFields.update(repeating: vpmu_counter(), count: Int(VPMU_MAX_GP + VPMU_MAX_FIXED))
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
  ///
  /// - Parameter limits: what the host offers, and a model must not exceed
  @usableFromInline
  func shapeFault(_ limits: HostLimits) -> String? {
    Self.fault(
      "general-purpose", count: pointee.gp_count, most: VPMU_MAX_GP, offered: limits.gp_counters,
      mask: pointee.gp_mask, width: limits.gp_width)
      ?? Self.fault(
        "fixed", count: pointee.fixed_count, most: VPMU_MAX_FIXED, offered: limits.fixed_counters,
        mask: pointee.fixed_mask, width: limits.fixed_width)
      ?? strayCounters
  }

  /// - Parameters:
  ///   - most: what the ABI has room for
  ///   - width: bits of a counter of the host
  private static func fault(
    _ kind: String, count: UInt32, most: UInt32, offered: UInt32, mask: UInt64, width: UInt32
  ) -> String? {
    if count > most { return "\(count) \(kind) counters, \(most) is the most" }
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
      VPMUModel.widthMask(bits: pointee.gp_count) | VPMUModel.widthMask(bits: pointee.fixed_count)
      << UInt64(VPMU_FIXED_BASE)
    return pointee.all_valid & ~existing == 0 ? nil : "bits in all_valid for counters that do not exist"
  }
}

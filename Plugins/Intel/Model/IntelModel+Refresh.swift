import CVPMU
import VPMUModel

extension IntelModel {
  /// CPUID leaf 0AH: Intel SDM vol. 2A, CPUID; vol. 3B, 21.2. Counts and widths are clamped to what the host offers.
  /// The vector of absent events needs no clamping: an event that CPUID calls absent is counted all the same.
  public func refresh(_ state: PMUState, guest: GuestConfiguration, host: HostLimits) -> Bool {
    let leaf = guest.leaf(0xA)
    let version = leaf.eax & 0xFF
    guard version > 0 else { return true }
    let gpCount = min((leaf.eax >> 8) & 0xFF, host.gp_counters, IntelRegisters.maximumGP)
    let gpWidth = min((leaf.eax >> 16) & 0xFF, host.gp_width, 63)
    let fixedCount = version >= 2 ? min(leaf.edx & 0x1F, host.fixed_counters, IntelRegisters.maximumFixed) : 0
    let fixedWidth = min((leaf.edx >> 5) & 0xFF, host.fixed_width, 63)

    state.pointee.version = version
    // A counter without a bit is none.
    state.pointee.gp_count = gpWidth > 0 ? gpCount : 0
    state.pointee.fixed_count = fixedWidth > 0 ? fixedCount : 0
    state.pointee.gp_mask = widthMask(bits: gpWidth)
    state.pointee.fixed_mask = widthMask(bits: fixedWidth)
    state.pointee.all_valid =
      widthMask(bits: state.pointee.gp_count)
      | widthMask(bits: state.pointee.fixed_count) << UInt64(VPMU_FIXED_BASE)

    state.pointee.event_select_reserved = IntelRegisters.eventSelectReserved
    state.pointee.fixed_control_reserved = ~fixedControlBits(state.pointee.fixed_count)
    state.pointee.global_control_reserved = ~state.pointee.all_valid
    state.pointee.global_status_reserved = ~(state.pointee.all_valid | IntelRegisters.statusConditions)
    if version >= 2 { state.pointee.features |= UInt32(VPMU_FEATURE_GLOBAL_CONTROL) }
    if guest.perfCapabilities & IntelRegisters.fullWidthWrites != 0 {
      state.pointee.features |= IntelRegisters.fullWidth.rawValue
    }
    return true
  }

  /// After RESET every general-purpose counter is globally enabled, no fixed one.
  public func reset(_ state: PMUState) {
    if state.hasGlobalControl { state.pointee.global_control = widthMask(bits: state.pointee.gp_count) }
  }

  /// Each fixed counter has ring 0, rings 1-3 and PMI; AnyThread is reserved.
  private func fixedControlBits(_ count: UInt32) -> UInt64 {
    (0..<count).reduce(0) { $0 | (VPMU_FIXED_OS | VPMU_FIXED_USER | VPMU_FIXED_INTERRUPT) << UInt64(4 * $1) }
  }

  func hasFullWidthWrites(_ state: PMUState) -> Bool {
    state.pointee.features & IntelRegisters.fullWidth.rawValue != 0
  }
}

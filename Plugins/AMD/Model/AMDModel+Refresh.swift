import CVPMU
import VPMUModel

extension AMDModel {
  /// CPUID leaves 8000_0001H and 8000_0022H: AMD APM vol. 3, appendix E. Never more counters than the host offers.
  public func refresh(_ state: PMUState, guest: GuestConfiguration, host: HostLimits) -> Bool {
    let isCore = guest.leaf(0x8000_0001).ecx & AMDPresets.perfctrCore != 0
    let v2 = guest.leaf(0x8000_0022)
    let hasGlobal = v2.eax & AMDPresets.perfMonV2 != 0
    let shown = hasGlobal ? v2.ebx & 0xF : isCore ? AMDRegisters.coreCount : AMDRegisters.k7Count
    let width = min(AMDRegisters.counterWidth, host.gp_width)

    state.pointee.version = hasGlobal ? 2 : 1
    state.pointee.gp_count = width > 0 ? min(shown, host.gp_counters, AMDRegisters.maximumCount) : 0
    state.pointee.gp_mask = widthMask(bits: width)
    state.pointee.all_valid = widthMask(bits: state.pointee.gp_count)

    state.pointee.event_select_reserved = AMDRegisters.eventSelectReserved
    state.pointee.global_control_reserved = ~state.pointee.all_valid
    state.pointee.global_status_reserved = ~state.pointee.all_valid
    if hasGlobal { state.pointee.features |= UInt32(VPMU_FEATURE_GLOBAL_CONTROL) }
    if isCore { state.pointee.features |= AMDRegisters.core.rawValue }
    return true
  }

  /// After RESET every counter is globally enabled.
  public func reset(_ state: PMUState) {
    if state.hasGlobalControl { state.pointee.global_control = state.pointee.all_valid }
  }

  /// Whether the MSRs of PERFCTR_CORE are there.
  func hasCoreRegisters(_ state: PMUState) -> Bool { state.pointee.features & AMDRegisters.core.rawValue != 0 }
}

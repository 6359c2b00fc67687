// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
/// AMD's performance monitoring: the four counters of K7, the six of family 15h (PERFCTR_CORE), and PerfMonV2 with its
/// global registers. AMD APM vol. 2, 13.2, and vol. 3, CPUID.
import CVPMU
import VPMUModel

/// The model of CPUs with CPUID vendor "AuthenticAMD" or "HygonGenuine".
///
/// CPUID can't hide an AMD PMU: a guest without PERFCTR_CORE still has the four K7 counters. A VMM that wants none does
/// not call the vPMU.
public struct AMDModel: PMUModel {
  public let tables = constant

  public init() {}

  private static let constant = ModelTables(
    ModelDeclaration(
      id: "org.vpmu.amd", name: "amd", version: "0.1.0", license: "Apache-2.0 OR BSD-3-Clause",
      cpuidVendors: ["AuthenticAMD", "HygonGenuine"], presets: AMDPresets.all, ranges: AMDRegisters.ranges,
      events: AMDEvents.rows, eventSelectMask: 0xF_0000_00FF))

  /// CPUID leaves 1, 8000_0001H and 8000_0022H: AMD APM vol. 3, appendix E.
  public func refresh(_ state: PMUState, guest: GuestConfiguration, host: HostLimits) -> Bool {
    let isCore = guest.leaf(0x8000_0001).ecx & AMDPresets.perfctrCore != 0
    let v2 = guest.leaf(0x8000_0022)
    let hasGlobal = v2.eax & AMDPresets.perfMonV2 != 0
    let count = hasGlobal ? v2.ebx & 0xF : isCore ? AMDRegisters.coreCount : AMDRegisters.k7Count
    state.setCounters(generalPurpose: CounterShape(count: count, width: 48), host: host, registers: registers)
    state.fields.event_select_reserved = AMDRegisters.eventSelectReserved
    state.fields.version = hasGlobal ? 2 : 1
    if hasGlobal { state.add(.globalControl) }
    if isCore { state.add(AMDRegisters.core) }
    state.add(AMDEvents.features(signature: guest.leaf(1).eax))
    return true
  }
}

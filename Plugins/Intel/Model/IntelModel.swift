// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
/// Intel's architectural performance monitoring, versions 1 to 5: Intel SDM vol. 3B, chapter 21, and vol. 4 for the
/// MSRs.
import CVPMU
import VPMUModel

/// The model of CPUs with CPUID vendor "GenuineIntel".
///
/// Versions above 2 behave as 2: their additional registers (0x391, 0x392) are not there.
public struct IntelModel: PMUModel {
  public let tables = constant

  public init() {}

  private static let constant = ModelTables(
    ModelDeclaration(
      id: "org.vpmu.intel", name: "intel", version: "0.1.0", license: "Apache-2.0 OR BSD-3-Clause",
      cpuidVendors: ["GenuineIntel"],
      presets: IntelPresets.all, ranges: IntelRegisters.ranges, events: IntelEvents.rows,
      fixedEvents: IntelEvents.fixed, eventSelectMask: 0xFF, masksLVTPC: true))

  /// CPUID leaf 0AH: Intel SDM vol. 2A, CPUID; vol. 3B, 21.2. Its vector of absent events changes nothing: an event
  /// that CPUID calls absent is counted all the same.
  public func refresh(_ state: PMUState, guest: GuestConfiguration, host: HostLimits) -> Bool {
    let leaf = guest.leaf(0xA)
    let version = leaf.eax & 0xFF
    if guest.leaf(1).ecx & IntelRegisters.perfmonAndDebug != 0 {
      state.add(IntelRegisters.capabilities)
      state.fields.model_shape.0 = guest.perfCapabilities
    }
    guard version > 0 else { return true }
    let generalPurpose = CounterShape(count: (leaf.eax >> 8) & 0xFF, width: (leaf.eax >> 16) & 0xFF)
    let fixed = CounterShape(count: leaf.edx & 0x1F, width: (leaf.edx >> 5) & 0xFF)
    state.setCounters(
      generalPurpose: generalPurpose, fixed: version >= 2 ? fixed : .none, host: host, registers: registers)
    state.fields.event_select_reserved = IntelRegisters.eventSelectReserved
    state.fields.global_status_reserved &= ~IntelRegisters.statusConditions
    state.fields.version = version
    if version >= 2 { state.add(.globalControl) }
    if guest.perfCapabilities & IntelRegisters.fullWidthWrites != 0 { state.add(IntelRegisters.fullWidth) }
    return true
  }
}

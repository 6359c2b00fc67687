/// Intel's architectural performance monitoring, versions 1 to 5: Intel SDM vol. 3B, chapter 21, and vol. 4 for the MSRs.
///
/// | file | what |
/// |---|---|
/// | `IntelRegisters` | MSR numbers and reserved bits |
/// | `IntelEvents` | the architectural events and their generic names |
/// | `IntelPresets` | CPUs by name |
import CVPMU
import VPMUModel

/// The model of CPUs with CPUID vendor "GenuineIntel".
///
/// Versions above 2 behave as 2: their additional registers (0x391, 0x392) are not there.
public struct IntelModel: DeclaredModel {
  public let registers = IntelRegisters.file
  public let events = IntelEvents.table

  public init() {}

  public var declaration: ModelDeclaration { Self.declaration }

  private static let declaration = ModelDeclaration(
    id: "org.vpmu.intel", name: "intel", version: "0.1.0", license: "Apache-2.0", cpuidVendors: ["GenuineIntel"],
    presets: IntelPresets.all, ranges: IntelRegisters.ranges, events: IntelEvents.all,
    eventSelectMask: IntelEvents.selectMask)

  /// CPUID leaf 0AH: Intel SDM vol. 2A, CPUID; vol. 3B, 21.2. Its vector of absent events changes nothing: an event that
  /// CPUID calls absent is counted all the same.
  public func refresh(_ state: PMUState, guest: GuestConfiguration, host: HostLimits) -> Bool {
    let leaf = guest.leaf(0xA)
    let version = leaf.eax & 0xFF
    guard version > 0 else { return true }
    let generalPurpose = CounterShape(count: (leaf.eax >> 8) & 0xFF, width: (leaf.eax >> 16) & 0xFF)
    let fixed = CounterShape(count: leaf.edx & 0x1F, width: (leaf.edx >> 5) & 0xFF)
    state.setCounters(
      generalPurpose: generalPurpose, fixed: version >= 2 ? fixed : .none, host: host, registers: registers)
    state.pointee.event_select_reserved = IntelRegisters.eventSelectReserved
    state.pointee.global_status_reserved &= ~IntelRegisters.statusConditions

    state.pointee.version = version
    if version >= 2 { state.add(.globalControl) }
    if guest.perfCapabilities & IntelRegisters.fullWidthWrites != 0 { state.add(IntelRegisters.fullWidth) }
    return true
  }

  /// After RESET every general-purpose counter is globally enabled, no fixed one.
  public func reset(_ state: PMUState) {
    if state.hasGlobalControl { state.pointee.global_control = state.generalPurposeCounters }
  }
}

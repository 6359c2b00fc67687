/// AMD's performance monitoring: the four counters of K7, the six of family 15h (PERFCTR_CORE), and PerfMonV2 with its
/// global registers. AMD APM vol. 2, 13.2, and vol. 3, CPUID.
///
/// | file | what |
/// |---|---|
/// | `AMDRegisters` | MSR numbers and reserved bits |
/// | `AMDEvents` | the generic events and their encodings |
/// | `AMDPresets` | CPUs by name |
/// | `AMDModel+Refresh` | CPUID, reset |
/// | `AMDModel+Access` | RDMSR, WRMSR, RDPMC |
import VPMUModel

/// The model of CPUs with CPUID vendor "AuthenticAMD" or "HygonGenuine".
///
/// CPUID can't hide an AMD PMU: a guest without PERFCTR_CORE still has the four K7 counters. A VMM that wants none does
/// not call the vPMU.
public struct AMDModel: PMUModel {
  public init() {}

  public var declaration: ModelDeclaration { Self.declaration }

  private static let declaration = ModelDeclaration(
    id: "org.vpmu.amd", name: "amd", version: "0.1.0", license: "Apache-2.0",
    cpuidVendors: ["AuthenticAMD", "HygonGenuine"], presets: AMDPresets.all, ranges: AMDRegisters.ranges,
    events: AMDEvents.all, eventSelectMask: AMDRegisters.eventMask)
}

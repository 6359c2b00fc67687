/// Intel's architectural performance monitoring, versions 1 to 5: Intel SDM vol. 3B, chapter 21, and vol. 4 for the MSRs.
///
/// | file | what |
/// |---|---|
/// | `IntelRegisters` | MSR numbers and reserved bits |
/// | `IntelEvents` | the architectural events and their generic names |
/// | `IntelPresets` | CPUs by name |
/// | `IntelModel+Refresh` | CPUID leaf 0AH, reset |
/// | `IntelModel+Access` | RDMSR, WRMSR, RDPMC |
import VPMUModel

/// The model of CPUs with CPUID vendor "GenuineIntel".
///
/// Versions above 2 behave as 2: their additional registers (0x391, 0x392) are not there.
public struct IntelModel: PMUModel {
  public init() {}

  public var declaration: ModelDeclaration { Self.declaration }

  private static let declaration = ModelDeclaration(
    id: "org.vpmu.intel", name: "intel", version: "0.1.0", license: "Apache-2.0", cpuidVendors: ["GenuineIntel"],
    presets: IntelPresets.all, ranges: IntelRegisters.ranges, events: IntelEvents.all, eventSelectMask: 0xFF)
}

/// LVTPC: where the guest's local APIC sends a performance-monitoring interrupt (Intel SDM vol. 3A, 11.5.1; AMD APM vol. 2,
/// 16.4).
public struct PMIRoute: RawRepresentable, Hashable, Sendable, BitwiseCopyable {
  public let rawValue: UInt32

  public init(rawValue: UInt32) { self.rawValue = rawValue }

  /// The register in a KVM_GET_LAPIC page, and as an MSR of an APIC in x2APIC mode.
  static let offset = 0x340
  static let msr: UInt32 = 0x834
  /// The APIC's number: the same.
  static let idOffset = 0x20
  static let idMSR: UInt32 = 0x802

  static let mask: UInt32 = 1 << 16

  public var isMasked: Bool { rawValue & Self.mask != 0 }
  public var vector: UInt8 { UInt8(truncatingIfNeeded: rawValue) }

  /// What the delivery mode (bits 10:8) asks for; others than these two reach no guest here.
  public var delivery: Delivery {
    switch (rawValue >> 8) & 7 {
    // Vectors below 16 are an error of the local APIC's.
    case 0 where vector >= 16: .fixed(vector)
    case 4: .nmi
    default: .other
    }
  }

  public enum Delivery: Hashable, Sendable {
    case fixed(UInt8)
    case nmi
    /// SMI, INIT, ExtINT or a reserved one.
    case other
  }

  /// Whether a CPU with this CPUID vendor string sets LVTPC's mask when it delivers the interrupt: AMD's do not, nor
  /// Hygon's, which are made after them. Others have their performance monitoring from Intel's manual, and do.
  public static func masksOnDelivery(cpuidVendor: String) -> Bool {
    !["AuthenticAMD", "HygonGenuine"].contains(cpuidVendor)
  }
}

/// IA32_APIC_BASE: the local APIC's mode (Intel SDM vol. 3A, 11.4.4 and 11.12.1; AMD APM vol. 2, 16.3.1 and 16.9).
struct APICBase {
  static let msr: UInt32 = 0x1B

  let rawValue: UInt64

  var isEnabled: Bool { rawValue & 1 << 11 != 0 }
  var isX2APIC: Bool { rawValue & 1 << 10 != 0 }
}

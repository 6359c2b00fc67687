import VPMUModel

/// A value of LVTPC, the local APIC's entry for performance-monitoring interrupts: where a PMI goes (Intel SDM vol. 3A,
/// 11.5.1; AMD APM vol. 2, 16.4).
///
/// | bits | field |
/// |---|---|
/// | 7:0 | vector, of a fixed interrupt |
/// | 10:8 | delivery mode: 0 fixed, 4 NMI |
/// | 16 | mask: no PMI is delivered |
public struct LVTPC: RawRepresentable, Hashable, Sendable, BitwiseCopyable {
  public var rawValue: UInt32

  public init(rawValue: UInt32) { self.rawValue = rawValue }

  /// A PMI is an NMI.
  public static let nmi = LVTPC(rawValue: 4 << 8)

  /// A PMI is an interrupt.
  ///
  /// - Parameter vector: 16 or more: local APICs take smaller ones for an error
  public static func fixed(_ vector: UInt8) -> LVTPC { LVTPC(rawValue: UInt32(vector)) }

  /// LVTPC of a local APIC in x2APIC mode.
  public static let msr = MSRNumber(0x834)

  /// Where LVTPC is in the page of a local APIC in xAPIC mode, and in that of KVM_GET_LAPIC.
  public static let pageOffset = 0x340

  /// No PMI is delivered.
  public var isMasked: Bool {
    get { rawValue & Self.mask != 0 }
    set { rawValue = newValue ? rawValue | Self.mask : rawValue & ~Self.mask }
  }

  /// The same, masked.
  public var masked: LVTPC { LVTPC(rawValue: rawValue | Self.mask) }

  public var vector: UInt8 { UInt8(truncatingIfNeeded: rawValue) }

  /// Bits 10:8.
  public var deliveryMode: UInt8 { UInt8(truncatingIfNeeded: rawValue >> 8) & 7 }

  /// What `deliveryMode` and `vector` ask for, masked or not.
  public var delivery: Delivery {
    switch deliveryMode {
    case 0 where vector >= 16: .fixed(vector)
    case 4: .nmi
    default: .other
    }
  }

  public enum Delivery: Hashable, Sendable {
    /// An interrupt with this vector.
    case fixed(UInt8)
    case nmi
    /// SMI, INIT, ExtINT, a reserved mode, or a vector below 16: no PMI reaches the guest.
    case other
  }

  private static let mask: UInt32 = 1 << 16
}

/// Registers of a local APIC next to ``LVTPC``: their offset in the page of an APIC in xAPIC mode, and their number as
/// an MSR in x2APIC mode (Intel SDM vol. 3A, tables 11-1 and 11-6; AMD APM vol. 2, 16.3.2 and 16.11.1).
package struct APICRegister: Sendable {
  package let pageOffset: Int
  package var msr: MSRNumber { MSRNumber(0x800 + UInt32(pageOffset) / 16) }

  /// The APIC's number: in xAPIC mode in bits 31:24.
  package static let id = APICRegister(pageOffset: 0x20)
  package static let endOfInterrupt = APICRegister(pageOffset: 0xB0)
  package static let spuriousVector = APICRegister(pageOffset: 0xF0)

  /// In ``spuriousVector``: the APIC is enabled, vector 255.
  package static let enabled: UInt32 = 0x1FF
}

/// IA32_APIC_BASE: the local APIC's mode (Intel SDM vol. 3A, 11.4.4 and 11.12.1; AMD APM vol. 2, 16.3.1 and 16.9).
struct APICBase {
  static let msr = MSRNumber(0x1B)

  let rawValue: UInt64

  var isEnabled: Bool { rawValue & 1 << 11 != 0 }
  var isX2APIC: Bool { rawValue & 1 << 10 != 0 }
}

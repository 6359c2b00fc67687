import CKVM
import KVMPMU
import VPMUModel

/// Registers next to the PMU, which guests look at before they use it and which no model claims.
struct MachineRegisters {
  /// IA32_MISC_ENABLE (Intel SDM vol. 4, table 2-2).
  static let miscEnable: UInt32 = 0x1A0
  /// Fast strings (0); branch trace storage (11) and precise event sampling (12) unavailable.
  private static let miscEnableValue: UInt64 = 1 << 0 | 1 << 11 | 1 << 12
  /// Performance monitoring available (7).
  private static let monitoringAvailable: UInt64 = 1 << 7
  /// IA32_PERF_CAPABILITIES.
  static let perfCapabilities: UInt32 = 0x345

  static let filter = MSRFilter(numbers: [miscEnable, perfCapabilities])

  private let hasArchitecturalMonitoring: Bool
  private let capabilities: UInt64

  /// - Parameter guest: its CPUID; with leaf 0AH it has these registers
  init(_ guest: GuestConfiguration) {
    hasArchitecturalMonitoring = guest.leaf(0xA).eax & 0xFF != 0
    capabilities = guest.perfCapabilities
  }

  /// RDMSR; nil: #GP.
  func read(_ msr: UInt32) -> UInt64? {
    guard hasArchitecturalMonitoring else { return nil }
    return switch msr {
    case Self.miscEnable: Self.miscEnableValue | Self.monitoringAvailable
    case Self.perfCapabilities: capabilities
    default: nil
    }
  }

  /// WRMSR; false: #GP. IA32_MISC_ENABLE takes what it holds and no more.
  func write(_ msr: UInt32, _ value: UInt64) -> Bool { msr == Self.miscEnable && read(msr) == value }

  /// Answers an exit for an MSR that is not the PMU's.
  ///
  /// - Returns: false: it is another exit
  func answer(_ run: UnsafeMutablePointer<kvm_run>) -> Bool {
    let exit = ckvm_msr(run)
    switch Int32(bitPattern: run.pointee.exit_reason) {
    case KVM_EXIT_X86_RDMSR:
      let value = read(exit.pointee.index)
      exit.pointee.data = value ?? 0
      exit.pointee.error = value == nil ? 1 : 0
    case KVM_EXIT_X86_WRMSR:
      exit.pointee.error = write(exit.pointee.index, exit.pointee.data) ? 0 : 1
    default: return false
    }
    return true
  }
}

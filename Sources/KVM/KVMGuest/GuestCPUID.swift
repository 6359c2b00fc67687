import CKVM
import KVMPMU
import VPMUModel

extension PMUCPUID {
  /// The CPUID of a vCPU of these machines: beside the PMU, its APIC's number and mode.
  ///
  /// - Parameters:
  ///   - system: the descriptor of /dev/kvm
  ///   - vendor: the vendor string, 12 characters
  init(
    _ system: Int32, _ guest: GuestConfiguration, vendor: String, apicID: UInt32, isX2APIC: Bool
  ) throws(KVMError) {
    self.init(supported: try Self.supported(by: system), guest, vendor: vendor)
    change(1) { leaf in
      leaf.ecx = isX2APIC ? leaf.ecx | Self.x2APICBit : leaf.ecx & ~Self.x2APICBit
      leaf.ebx = leaf.ebx & 0x00FF_FFFF | apicID << 24
    }
    changeAll(0xB) { leaf in leaf.edx = apicID }
  }

  private static var x2APICBit: UInt32 { 1 << 21 }
}

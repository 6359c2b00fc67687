import CLinux
import KVMPMU
import VPMUModel

/// The guest's CPUID: what KVM supports on this host, with the PMU leaves and the vendor that the model says.
struct GuestCPUID {
  private(set) var entries: [kvm_cpuid_entry2]

  /// Bits of ECX in 0x80000001 that say what PMU there is: core, northbridge and L2I counters.
  private static let extendedPMUBits: UInt32 = 1 << 23 | 1 << 24 | 1 << 28
  /// Bits of ECX in leaf 1: PERF_CAPABILITIES exists, x2APIC.
  private static let perfCapabilitiesBit: UInt32 = 1 << 15
  private static let x2APICBit: UInt32 = 1 << 21
  /// Registers of later versions do not exist in the models.
  static let highestVersion: UInt32 = 2
  private static let pmuLeaves: Set<UInt32> = [0xA, 0x23, 0x8000_0022]

  /// - Parameters:
  ///   - system: the descriptor of /dev/kvm
  ///   - vendor: 12 characters
  init(
    _ system: Int32, _ guest: GuestConfiguration, vendor: String, apicID: UInt32, isX2APIC: Bool
  ) throws(KVMError) {
    var count: UInt32 = 256
    entries = Array(repeating: kvm_cpuid_entry2(), count: Int(count))
    try KVMError.check("KVM_GET_SUPPORTED_CPUID", clinux_kvm_supported_cpuid(system, &entries, &count))
    entries.removeLast(entries.count - Int(count))
    entries.removeAll { Self.pmuLeaves.contains($0.function) }
    for leaf in guest.leaves where Self.pmuLeaves.contains(leaf.leaf) { add(leaf) }
    setVendor(vendor)
    let hasArchitecturalMonitoring = guest.leaf(0xA).eax & 0xFF != 0
    change(1) { leaf in
      leaf.ecx &= ~(Self.perfCapabilitiesBit | Self.x2APICBit)
      if hasArchitecturalMonitoring && guest.perfCapabilities != 0 { leaf.ecx |= Self.perfCapabilitiesBit }
      if isX2APIC { leaf.ecx |= Self.x2APICBit }
      leaf.ebx = leaf.ebx & 0x00FF_FFFF | apicID << 24
    }
    for index in entries.indices where entries[index].function == 0xB { entries[index].edx = apicID }
    change(0x8000_0001) { leaf in
      let shown = guest.leaf(0x8000_0001).ecx & Self.extendedPMUBits
      leaf.ecx = leaf.ecx & ~Self.extendedPMUBits | shown
    }
  }

  /// The value of a register, for tests and people.
  func leaf(_ function: UInt32) -> kvm_cpuid_entry2? { entries.first { $0.function == function && $0.index == 0 } }

  private mutating func add(_ leaf: CPUIDLeaf) {
    var entry = kvm_cpuid_entry2()
    (entry.function, entry.index) = (leaf.leaf, leaf.subleaf)
    (entry.eax, entry.ebx, entry.ecx, entry.edx) = (leaf.eax, leaf.ebx, leaf.ecx, leaf.edx)
    if leaf.leaf == 0xA, leaf.eax & 0xFF > Self.highestVersion {
      entry.eax = leaf.eax & ~0xFF | Self.highestVersion
      entry.ecx = 0
    }
    entries.append(entry)
    // A leaf is only looked at if the range's first one says that it is there.
    change(leaf.leaf & 0x8000_0000) { first in first.eax = max(first.eax, leaf.leaf) }
  }

  private mutating func setVendor(_ vendor: String) {
    let bytes = Array(vendor.utf8.prefix(12)) + Array(repeating: 0, count: max(0, 12 - vendor.utf8.count))
    func word(_ place: Int) -> UInt32 { (0..<4).reduce(0) { $0 | UInt32(bytes[place + $1]) << (8 * UInt32($1)) } }
    for function: UInt32 in [0, 0x8000_0000] {
      change(function) { leaf in (leaf.ebx, leaf.edx, leaf.ecx) = (word(0), word(4), word(8)) }
    }
  }

  private mutating func change(_ function: UInt32, _ body: (inout kvm_cpuid_entry2) -> Void) {
    for index in entries.indices where entries[index].function == function { body(&entries[index]) }
  }
}

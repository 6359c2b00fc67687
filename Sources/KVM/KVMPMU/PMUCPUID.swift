import CKVM
import VPMUModel

/// The guest's CPUID: what KVM supports on this host, with the PMU of a preset in place of the host's.
///
/// KVM_GET_SUPPORTED_CPUID may describe counters that the virtual PMU does not have, and a guest that finds one missing
/// takes its CPU for broken. What is changed, and why:
///
/// | leaf | bits | become | because |
/// |---|---|---|---|
/// | 0, 80000000H | EBX, EDX, ECX | the vendor string | a guest's PMU driver is chosen by it |
/// | 0, 80000000H | EAX | the preset's highest leaf, if KVM's is lower | leaves above it do not exist |
/// | 1 | EAX | the preset's, if it has one | drivers choose by family and model |
/// | 1 | ECX 15 (PDCM) | set if the preset has IA32_PERF_CAPABILITIES | guests then read that register |
/// | 1 | ECX 2, 4, EDX 21 (debug store) | 0 | no model writes records to memory (PEBS, BTS) |
/// | 7.0 | EDX 19, and leaf 1CH (last-branch records) | 0, none | no model has them |
/// | 0AH | all | the preset's; a version above ``highestVersion`` becomes that, and ECX 0 | Intel's counters |
/// | 23H | all | the preset's | the same, by kind of core |
/// | 80000001H | ECX 23, 24, 28 | the preset's | AMD's counters of the core, the northbridge, the last-level cache |
/// | 80000022H | all | the preset's | AMD's performance monitoring version 2 |
///
/// Everything else is as KVM says, and the VMM's to change: APIC numbers, topology, x2APIC.
public struct PMUCPUID: Sendable {
  /// For KVM_SET_CPUID2.
  public private(set) var entries: [kvm_cpuid_entry2]

  /// The highest version of Intel's architectural performance monitoring that is shown (0AH:EAX[7:0]): registers of
  /// later ones exist in no model.
  public static let highestVersion: UInt32 = 2

  /// - Parameters:
  ///   - supported: what KVM_GET_SUPPORTED_CPUID says: ``supported(by:)``
  ///   - guest: the configuration of a preset, the same as the virtual PMU's
  ///   - vendor: the vendor string, 12 characters, usually the first of ``ModelDeclaration/cpuidVendors``; nil: the
  ///     host's stays, for a guest whose code does not look at it
  public init(supported: [kvm_cpuid_entry2], _ guest: GuestConfiguration, vendor: String?) {
    entries = supported.filter { !Self.pmuLeaves.contains($0.function) && $0.function != Self.lastBranchLeaf }
    for leaf in guest.leaves where Self.pmuLeaves.contains(leaf.leaf) { add(leaf) }
    if let vendor { setVendor(vendor) }
    let hasArchitecturalMonitoring = guest.leaf(0xA).eax & 0xFF != 0
    change(1) { leaf in
      if guest.leaf(1).eax != 0 { leaf.eax = guest.leaf(1).eax }
      leaf.ecx &= ~(Self.perfCapabilitiesBit | Self.debugStoreECXBits)
      if hasArchitecturalMonitoring && guest.perfCapabilities != 0 { leaf.ecx |= Self.perfCapabilitiesBit }
      leaf.edx &= ~Self.debugStoreEDXBit
    }
    change(7) { leaf in leaf.edx &= ~Self.lastBranchBit }
    change(0x8000_0001) { leaf in
      leaf.ecx = leaf.ecx & ~Self.extendedPMUBits | guest.leaf(0x8000_0001).ecx & Self.extendedPMUBits
    }
  }

  /// KVM_GET_SUPPORTED_CPUID.
  ///
  /// - Parameter system: the descriptor of /dev/kvm
  public static func supported(by system: Int32) throws(KVMError) -> [kvm_cpuid_entry2] {
    var count: UInt32 = 256
    var entries = [kvm_cpuid_entry2](repeating: kvm_cpuid_entry2(), count: Int(count))
    try KVMError.check("KVM_GET_SUPPORTED_CPUID", ckvm_supported_cpuid(system, &entries, &count))
    entries.removeLast(entries.count - min(Int(count), entries.count))
    return entries
  }

  /// KVM_SET_CPUID2, before the vCPU first runs.
  ///
  /// - Parameter vcpu: the vCPU's descriptor
  public func set(on vcpu: Int32) throws(KVMError) {
    try KVMError.check("KVM_SET_CPUID2", ckvm_set_cpuid(vcpu, entries, UInt32(entries.count)))
  }

  /// Leaf `function`, subleaf 0; nil: there is none.
  public func leaf(_ function: UInt32) -> kvm_cpuid_entry2? {
    entries.first { $0.function == function && $0.index == 0 }
  }

  /// Changes the subleaf 0 of a leaf, if there is one: what of a vCPU is the VMM's.
  public mutating func change(_ function: UInt32, _ body: (inout kvm_cpuid_entry2) -> Void) {
    for index in entries.indices where entries[index].function == function && entries[index].index == 0 {
      body(&entries[index])
    }
  }

  /// Changes all subleaves of a leaf.
  public mutating func changeAll(_ function: UInt32, _ body: (inout kvm_cpuid_entry2) -> Void) {
    for index in entries.indices where entries[index].function == function { body(&entries[index]) }
  }

  private mutating func add(_ leaf: CPUIDLeaf) {
    var entry = kvm_cpuid_entry2()
    (entry.function, entry.index) = (leaf.leaf, leaf.subleaf)
    (entry.eax, entry.ebx, entry.ecx, entry.edx) = (leaf.eax, leaf.ebx, leaf.ecx, leaf.edx)
    // Without it KVM answers every subleaf by the first one.
    if Self.leavesWithSubleaves.contains(leaf.leaf) { entry.flags = UInt32(KVM_CPUID_FLAG_SIGNIFCANT_INDEX) }
    if leaf.leaf == 0xA, leaf.eax & 0xFF > Self.highestVersion {
      entry.eax = leaf.eax & ~0xFF | Self.highestVersion
      entry.ecx = 0
    }
    entries.append(entry)
    change(leaf.leaf & 0x8000_0000) { first in first.eax = max(first.eax, leaf.leaf) }
  }

  private mutating func setVendor(_ vendor: String) {
    let bytes = Array(vendor.utf8.prefix(12)) + Array(repeating: 0, count: max(0, 12 - vendor.utf8.count))
    func word(_ first: Int) -> UInt32 { (0..<4).reduce(0) { $0 | UInt32(bytes[first + $1]) << (8 * UInt32($1)) } }
    for function: UInt32 in [0, 0x8000_0000] {
      change(function) { leaf in (leaf.ebx, leaf.edx, leaf.ecx) = (word(0), word(4), word(8)) }
    }
  }

  private static let pmuLeaves: Set<UInt32> = [0xA, 0x23, 0x8000_0022]
  private static let leavesWithSubleaves: Set<UInt32> = [0x23]
  private static let perfCapabilitiesBit: UInt32 = 1 << 15
  /// 64-bit debug store, and debug store by ring.
  private static let debugStoreECXBits: UInt32 = 1 << 2 | 1 << 4
  private static let debugStoreEDXBit: UInt32 = 1 << 21
  private static let lastBranchBit: UInt32 = 1 << 19
  private static let lastBranchLeaf: UInt32 = 0x1C
  private static let extendedPMUBits: UInt32 = 1 << 23 | 1 << 24 | 1 << 28
}

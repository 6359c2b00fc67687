import CKVM
import VPMUModel

/// The guest's CPUID for KVM: what KVM supports on this host, with the PMU of a preset in place of the host's, as
/// ``GuestCPUID`` says.
///
/// Everything else is as KVM says, and the VMM's to change: APIC numbers, topology, x2APIC.
public struct PMUCPUID: Sendable {
  /// For KVM_SET_CPUID2.
  public private(set) var entries: [kvm_cpuid_entry2]

  /// - Parameters:
  ///   - supported: what KVM_GET_SUPPORTED_CPUID says: ``supported(by:)``
  ///   - guest: the configuration of a preset, the same as the virtual PMU's
  ///   - vendor: the vendor string, 12 characters, usually the first of ``ModelDeclaration/cpuidVendors``; nil: the
  ///     host's stays, for a guest whose code does not look at it
  public init(supported: [kvm_cpuid_entry2], _ guest: GuestConfiguration, vendor: String?) {
    let cpuid = GuestCPUID(guest, vendor: vendor)
    entries = supported.filter {
      !GuestCPUID.pmuLeaves.contains($0.function) && $0.function != GuestCPUID.lastBranchLeaf
    }
    for leaf in guest.leaves where GuestCPUID.pmuLeaves.contains(leaf.leaf) { add(leaf) }
    for index in entries.indices {
      let entry = entries[index]
      var leaf = CPUIDLeaf(
        leaf: entry.function, subleaf: entry.index, eax: entry.eax, ebx: entry.ebx, ecx: entry.ecx, edx: entry.edx)
      cpuid.apply(to: &leaf)
      (entries[index].eax, entries[index].ebx) = (leaf.eax, leaf.ebx)
      (entries[index].ecx, entries[index].edx) = (leaf.ecx, leaf.edx)
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
    // Without it KVM answers every subleaf by the first one.
    if Self.leavesWithSubleaves.contains(leaf.leaf) { entry.flags = UInt32(KVM_CPUID_FLAG_SIGNIFCANT_INDEX) }
    entries.append(entry)
  }

  private static let leavesWithSubleaves: Set<UInt32> = [0x23]
}

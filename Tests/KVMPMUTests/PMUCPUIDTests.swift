import AMDModel
import CKVM
import IntelModel
import KVMPMU
import Testing
import VPMUModel

@Suite struct PMUCPUIDTests {
  /// A host that says of each leaf all that it can.
  private static let supported: [kvm_cpuid_entry2] = {
    let leaves: [(function: UInt32, index: UInt32)] = [
      (0, 0), (1, 0), (7, 0), (7, 1), (0xA, 0), (0xB, 0), (0x1C, 0), (0x23, 0), (0x23, 1), (0x8000_0000, 0),
      (0x8000_0001, 0), (0x8000_0022, 0),
    ]
    return leaves.map { function, index in
      var entry = kvm_cpuid_entry2()
      (entry.function, entry.index) = (function, index)
      (entry.eax, entry.ebx, entry.ecx, entry.edx) = (UInt32.max, UInt32.max, UInt32.max, UInt32.max)
      if function & 0x7FFF_FFFF == 0 { entry.eax = function | 1 }
      return entry
    }
  }()

  private func cpuid(_ guest: GuestConfiguration, vendor: String? = nil) -> PMUCPUID {
    PMUCPUID(supported: Self.supported, guest, vendor: vendor)
  }

  private func configuration(_ model: some PMUModel, _ preset: String) throws -> GuestConfiguration {
    try #require(model.declaration.preset(named: preset)).configuration
  }

  @Test func `A guest without a PMU is shown none of the host's`() throws {
    let cpuid = cpuid(GuestConfiguration(leaves: []))
    for leaf: UInt32 in [0xA, 0x1C, 0x23, 0x8000_0022] { #expect(cpuid.leaf(leaf) == nil) }
    let features = try #require(cpuid.leaf(1))
    #expect(features.ecx == ~(1 << 2 | 1 << 4 | 1 << 15 as UInt32))
    #expect(features.edx == ~(1 << 21 as UInt32))
    #expect(cpuid.leaf(7)?.edx == ~(1 << 19 as UInt32))
    #expect(cpuid.leaf(0x8000_0001)?.ecx == ~(1 << 23 | 1 << 24 | 1 << 28 as UInt32))
  }

  @Test func `What is not the PMU's stays as KVM says`() throws {
    let cpuid = cpuid(GuestConfiguration(leaves: []))
    let features = try #require(cpuid.leaf(1))
    #expect(features.eax == .max && features.ebx == .max)
    #expect(cpuid.leaf(0xB)?.edx == .max)
    // Bit 19 of another subleaf of 7 is something else.
    #expect(cpuid.entries.first { $0.function == 7 && $0.index == 1 }?.edx == .max)
    #expect(cpuid.leaf(0)?.ebx == .max)
  }

  @Test func `An Intel preset has its leaf 0AH, of version 2 at most, and the leaf is within the range`() throws {
    let guest = try configuration(IntelModel(), "intel-v2")
    let cpuid = cpuid(guest, vendor: "GenuineIntel")
    let leaf = try #require(cpuid.leaf(0xA))
    #expect(leaf.eax == guest.leaf(0xA).eax && leaf.edx == guest.leaf(0xA).edx)
    #expect(cpuid.leaf(0)?.eax == 0xA)
    var newer = guest
    for index in newer.leaves.indices where newer.leaves[index].leaf == 0xA {
      newer.leaves[index].eax = newer.leaves[index].eax & ~0xFF | 5
      newer.leaves[index].ecx = 0xF
    }
    let limited = try #require(self.cpuid(newer).leaf(0xA))
    #expect(limited.eax == guest.leaf(0xA).eax & ~0xFF | 2 && limited.ecx == 0)
  }

  @Test func `IA32_PERF_CAPABILITIES is shown only with leaf 0AH and a value`() throws {
    var guest = try configuration(IntelModel(), "intel-v2")
    func isShown(_ guest: GuestConfiguration) -> Bool { cpuid(guest).leaf(1).map { $0.ecx & 1 << 15 != 0 } ?? false }
    guest.perfCapabilities = 0
    #expect(!isShown(guest))
    guest.perfCapabilities = 1 << 13
    #expect(isShown(guest))
    #expect(!isShown(GuestConfiguration(leaves: [], perfCapabilities: 1 << 13)))
  }

  @Test func `An AMD preset has its leaf 80000022H and its bits of 80000001H`() throws {
    let guest = try configuration(AMDModel(), "amd-v2")
    let cpuid = cpuid(guest, vendor: "AuthenticAMD")
    #expect(cpuid.leaf(0x8000_0022)?.eax == guest.leaf(0x8000_0022).eax)
    #expect(cpuid.leaf(0x8000_0000)?.eax == 0x8000_0022)
    let bits: UInt32 = 1 << 23 | 1 << 24 | 1 << 28
    #expect(cpuid.leaf(0x8000_0001).map { $0.ecx & bits } == guest.leaf(0x8000_0001).ecx & bits)
    #expect(cpuid.leaf(0xA) == nil)
  }

  @Test func `The vendor string is in EBX, EDX and ECX of both first leaves`() throws {
    let cpuid = cpuid(GuestConfiguration(leaves: []), vendor: "AuthenticAMD")
    for function: UInt32 in [0, 0x8000_0000] {
      let leaf = try #require(cpuid.leaf(function))
      #expect([leaf.ebx, leaf.edx, leaf.ecx] == [0x6874_7541, 0x6974_6E65, 0x444D_4163])
    }
  }

  @Test func `Subleaves of leaf 23H are told apart`() throws {
    let leaves = (0..<2 as Range<UInt32>).map {
      CPUIDLeaf(leaf: 0x23, subleaf: $0, eax: $0 + 1, ebx: 0, ecx: 0, edx: 0)
    }
    let shown = cpuid(GuestConfiguration(leaves: leaves)).entries.filter { $0.function == 0x23 }
    #expect(shown.map(\.eax) == [1, 2])
    #expect(shown.allSatisfy { $0.flags & UInt32(KVM_CPUID_FLAG_SIGNIFCANT_INDEX) != 0 })
  }
}

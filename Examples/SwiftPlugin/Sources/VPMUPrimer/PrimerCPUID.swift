import CVPMU
import VPMUModel

/// The CPUID leaf of this PMU.
///
/// | register | bits | |
/// |---|---|---|
/// | EAX | 7:0, 15:8 | general-purpose counters: number, width in bits |
/// | EBX | 7:0, 15:8 | fixed counters: number, width in bits |
/// | EDX | 0 | PMU_IN_USE exists |
struct PrimerCPUID {
  static let leaf: UInt32 = 0x8F00_0001

  let generalPurpose: CounterShape
  let fixed: CounterShape
  let hasInUse: Bool

  init(_ leaf: CPUIDLeaf) {
    generalPurpose = CounterShape(count: leaf.eax & 0xFF, width: (leaf.eax >> 8) & 0xFF)
    fixed = CounterShape(count: leaf.ebx & 0xFF, width: (leaf.ebx >> 8) & 0xFF)
    hasInUse = leaf.edx & 1 != 0
  }

  static let presets: [Preset] = [
    preset("primer-large", "6 counters and 2 fixed ones of 48 bits, PMU_IN_USE", gp: 6, fixed: 2, width: 48, edx: 1),
    preset("primer-small", "2 counters of 40 bits", gp: 2, fixed: 0, width: 40, edx: 0),
  ]

  private static func preset(
    _ name: String, _ summary: String, gp: UInt32, fixed: UInt32, width: UInt32, edx: UInt32
  ) -> Preset {
    let leaf = CPUIDLeaf(
      leaf: leaf, subleaf: 0, eax: width << 8 | gp, ebx: fixed == 0 ? 0 : width << 8 | fixed, ecx: 0, edx: edx)
    return Preset(name: name, summary: summary, configuration: GuestConfiguration(leaves: [leaf]))
  }
}

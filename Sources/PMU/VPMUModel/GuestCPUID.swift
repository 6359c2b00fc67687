import CVPMU

/// A guest's CPUID, as far as its PMU depends on it or is described by it: the values of a VMM, with the PMU of a preset
/// in place of theirs.
///
/// A host's CPUID may describe counters that the virtual PMU does not have, and a guest that finds one missing takes its
/// CPU for broken. What is changed, and why:
///
/// | leaf | bits | become | because |
/// |---|---|---|---|
/// | 0, 80000000H | EBX, EDX, ECX | the vendor string | a guest's PMU driver is chosen by it |
/// | 0, 80000000H | EAX | the preset's highest leaf, if the VMM's is lower | leaves above it do not exist |
/// | 1 | EAX | the preset's, if it has one | drivers choose by family and model |
/// | 1 | ECX 31 | 1 | it is a virtual machine: drivers then try registers before they use them |
/// | 1 | ECX 15 (PDCM) | set if the preset has IA32_PERF_CAPABILITIES | guests then read that register |
/// | 1 | ECX 2, 4, EDX 21 (debug store) | 0 | no model writes records to memory (PEBS, BTS) |
/// | 7.0 | EDX 19, and leaf 1CH (last-branch records) | 0 | no model has them |
/// | 0AH | all | the preset's; a version above ``highestVersion`` becomes that, and ECX 0 | Intel's counters |
/// | 23H | all | the preset's | the same, by kind of core |
/// | 80000001H | ECX 23, 24, 28 | the preset's | AMD's counters of the core, the northbridge, the last-level cache |
/// | 80000022H | all | the preset's | AMD's performance monitoring version 2 |
///
/// Everything else is the VMM's. Leaf numbers: Intel SDM vol. 2A, CPUID; AMD APM vol. 3, appendix E.
public struct GuestCPUID: Sendable {
  public let configuration: GuestConfiguration
  /// 12 characters; nil: the VMM's stays, for a guest whose code does not read it.
  public let vendor: String?

  /// The highest version of Intel's architectural performance monitoring that is shown (0AH:EAX[7:0]): registers of
  /// later ones exist in no model.
  public static let highestVersion: UInt32 = 2

  /// - Parameter configuration: that of the virtual PMU
  public init(_ configuration: GuestConfiguration, vendor: String?) {
    self.configuration = configuration
    self.vendor = vendor
  }

  /// Sets the bits that concern the PMU in a leaf that has the VMM's values.
  ///
  /// - Returns: whether anything changed
  @discardableResult
  public func apply(to leaf: inout CPUIDLeaf) -> Bool {
    let before = (leaf.eax, leaf.ebx, leaf.ecx, leaf.edx)
    switch leaf.leaf {
    case 0, 0x8000_0000:
      leaf.eax = max(leaf.eax, highestLeaf(from: leaf.leaf))
      if let vendor { (leaf.ebx, leaf.edx, leaf.ecx) = Self.words(of: vendor) }
    case 1: applyToFeatures(&leaf)
    case 7 where leaf.subleaf == 0: leaf.edx &= ~Self.lastBranchBit
    case Self.lastBranchLeaf: (leaf.eax, leaf.ebx, leaf.ecx, leaf.edx) = (0, 0, 0, 0)
    case 0x8000_0001:
      let own = configuration.leaf(leaf.leaf).ecx & Self.extendedPMUBits
      leaf.ecx = leaf.ecx & ~Self.extendedPMUBits | own
    case let number where Self.pmuLeaves.contains(number): leaf = shownLeaf(number, leaf.subleaf)
    default: break
    }
    return before != (leaf.eax, leaf.ebx, leaf.ecx, leaf.edx)
  }

  /// The leaves of which ``apply(to:)`` may change something, each as it is for a VMM that shows zero.
  public var leaves: [CPUIDLeaf] {
    var numbers: [(UInt32, UInt32)] = [
      (0, 0), (1, 0), (7, 0), (Self.lastBranchLeaf, 0), (0x8000_0000, 0), (0x8000_0001, 0),
    ]
    numbers += Self.pmuLeaves.map { ($0, 0) }
    for leaf in configuration.leaves where Self.pmuLeaves.contains(leaf.leaf) && leaf.subleaf != 0 {
      numbers.append((leaf.leaf, leaf.subleaf))
    }
    return numbers.sorted { $0 < $1 }.map { number in
      var leaf = CPUIDLeaf(leaf: number.0, subleaf: number.1, eax: 0, ebx: 0, ecx: 0, edx: 0)
      apply(to: &leaf)
      return leaf
    }
  }

  /// Leaves that describe a PMU and nothing else.
  public static let pmuLeaves: [UInt32] = [0xA, 0x23, 0x8000_0022]
  /// Leaf 1CH: last-branch records, which no model has.
  public static let lastBranchLeaf: UInt32 = 0x1C

  private func applyToFeatures(_ leaf: inout CPUIDLeaf) {
    let own = configuration.leaf(1)
    if own.eax != 0 { leaf.eax = own.eax }
    leaf.ecx |= Self.hypervisorBit
    leaf.ecx &= ~(Self.perfCapabilitiesBit | Self.debugStoreECXBits)
    let hasArchitecturalMonitoring = configuration.leaf(0xA).eax & 0xFF != 0
    if hasArchitecturalMonitoring && configuration.perfCapabilities != 0 { leaf.ecx |= Self.perfCapabilitiesBit }
    leaf.edx &= ~Self.debugStoreEDXBit
  }

  private func shownLeaf(_ number: UInt32, _ subleaf: UInt32) -> CPUIDLeaf {
    var leaf = configuration.leaf(number, subleaf: subleaf)
    if number == 0xA, leaf.eax & 0xFF > Self.highestVersion {
      leaf.eax = leaf.eax & ~0xFF | Self.highestVersion
      leaf.ecx = 0
    }
    return leaf
  }

  /// The highest leaf of the preset among the basic (from 0) or the extended ones (from 80000000H).
  private func highestLeaf(from first: UInt32) -> UInt32 {
    var highest: UInt32 = 0
    for leaf in configuration.leaves where Self.pmuLeaves.contains(leaf.leaf) && leaf.leaf & 0x8000_0000 == first {
      highest = max(highest, leaf.leaf)
    }
    return highest
  }

  /// EBX, EDX, ECX of leaf 0.
  private static func words(of vendor: String) -> (UInt32, UInt32, UInt32) {
    var words: [UInt32] = [0, 0, 0]
    for (index, byte) in vendor.utf8.prefix(12).enumerated() {
      words[index / 4] |= UInt32(byte) << UInt32(8 * (index % 4))
    }
    return (words[0], words[1], words[2])
  }

  private static let hypervisorBit: UInt32 = 1 << 31
  private static let perfCapabilitiesBit: UInt32 = 1 << 15
  /// 64-bit debug store, and debug store by ring.
  private static let debugStoreECXBits: UInt32 = 1 << 2 | 1 << 4
  private static let debugStoreEDXBit: UInt32 = 1 << 21
  private static let lastBranchBit: UInt32 = 1 << 19
  private static let extendedPMUBits: UInt32 = 1 << 23 | 1 << 24 | 1 << 28
}

import VPMUModel

/// CPUs by name, as CPUID leaves 8000_0001H and 8000_0022H show them.
enum AMDPresets {
  /// CPUID 8000_0001H:ECX[23], PerfCtrExtCore.
  static let perfctrCore: UInt32 = 1 << 23
  /// CPUID 8000_0022H:EAX[0].
  static let perfMonV2: UInt32 = 1

  static let all: [Preset] = [
    preset("amd-v2", "PerfMonV2: 6 counters with global control and status", isCore: true, v2Counters: 6),
    preset("amd-f15h", "family 15h, PERFCTR_CORE: 6 counters", isCore: true, v2Counters: 0),
    preset("amd-k7", "K7: 4 counters", isCore: false, v2Counters: 0),
  ]

  private static func preset(_ name: String, _ summary: String, isCore: Bool, v2Counters: UInt32) -> Preset {
    Preset(
      name: name, summary: summary,
      configuration: GuestConfiguration(leaves: [
        CPUIDLeaf(leaf: 0x8000_0001, subleaf: 0, eax: 0, ebx: 0, ecx: isCore ? perfctrCore : 0, edx: 0),
        CPUIDLeaf(
          leaf: 0x8000_0022, subleaf: 0, eax: v2Counters > 0 ? perfMonV2 : 0, ebx: v2Counters, ecx: 0, edx: 0),
      ]))
  }
}

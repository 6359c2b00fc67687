// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
import CVPMU
import VPMUModel

/// CPUs by name, as CPUID leaves 1, 8000_0001H and 8000_0022H show them.
enum AMDPresets {
  /// CPUID 8000_0001H:ECX[23], PerfCtrExtCore.
  static let perfctrCore: UInt32 = 1 << 23
  /// CPUID 8000_0022H:EAX[0].
  static let perfMonV2: UInt32 = 1

  static let all: [Preset] = [
    preset("amd-v2", "PerfMonV2 (Zen 4): 6 counters with global control and status", 0xA6_0F12, core: true, v2: 6),
    preset("amd-f15h", "family 15h (Piledriver), PERFCTR_CORE: 6 counters", 0x60_0F20, core: true),
    preset("amd-k7", "K7 (K8's family): 4 counters", 0x04_0F13, core: false),
  ]

  private static func preset(_ name: String, _ summary: String, _ eax: UInt32, core: Bool, v2: UInt32 = 0) -> Preset {
    let leaves: [(UInt32, eax: UInt32, ebx: UInt32, ecx: UInt32)] = [
      (1, eax, 0, 0), (0x8000_0001, eax, 0, core ? perfctrCore : 0), (0x8000_0022, v2 > 0 ? perfMonV2 : 0, v2, 0),
    ]
    let cpuid = leaves.map { CPUIDLeaf(leaf: $0.0, subleaf: 0, eax: $0.eax, ebx: $0.ebx, ecx: $0.ecx, edx: 0) }
    return Preset(name: name, summary: summary, configuration: GuestConfiguration(leaves: cpuid))
  }
}

// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
import CVPMU
import VPMUModel

/// CPUs by name: version, counters and widths as CPUID leaf 0AH shows them, family and model (Skylake) as leaf 1 does.
enum IntelPresets {
  static let all: [Preset] = [
    preset("intel-v2", "version 2: 4 general-purpose counters, 3 fixed ones, 48 bits", version: 2, gp: 4, fixed: 3),
    preset(
      "intel-v2-fullwidth", "intel-v2 with full-width counter writes (IA32_A_PMCx)", version: 2, gp: 4, fixed: 3,
      perfCapabilities: IntelRegisters.fullWidthWrites),
    preset(
      "intel-v1", "version 1: 2 general-purpose counters of 40 bits, no global control", version: 1, gp: 2, fixed: 0,
      width: 40),
    preset("intel-v3", "version 3, shown as such, behaves as version 2", version: 3, gp: 4, fixed: 3),
    preset("intel-v4", "version 4, shown as such, behaves as version 2", version: 4, gp: 8, fixed: 3),
    preset("intel-v5", "version 5, shown as such, behaves as version 2", version: 5, gp: 8, fixed: 3),
  ]

  private static func preset(
    _ name: String, _ summary: String, version: UInt32, gp: UInt32, fixed: UInt32, width: UInt32 = 48,
    perfCapabilities: UInt64 = 0
  ) -> Preset {
    let signature = CPUIDLeaf(
      leaf: 1, subleaf: 0, eax: 0x5_06E3, ebx: 0,
      ecx: perfCapabilities != 0 ? IntelRegisters.perfmonAndDebug : 0, edx: 0)
    let leaf = CPUIDLeaf(
      leaf: 0xA, subleaf: 0, eax: 7 << 24 | width << 16 | gp << 8 | version, ebx: 0,
      ecx: version >= 5 ? (1 << fixed) - 1 : 0, edx: version >= 2 ? width << 5 | fixed : 0)
    return Preset(
      name: name, summary: summary,
      configuration: GuestConfiguration(leaves: [signature, leaf], perfCapabilities: perfCapabilities))
  }
}

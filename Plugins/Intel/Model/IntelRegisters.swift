// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
import VPMUModel

/// MSR numbers: Intel SDM vol. 4, table 2-2.
enum IntelRegisters {
  /// The numbers behind IA32_PMC7 belong to other registers (0xCE is MSR_PLATFORM_INFO).
  private static let maximumGP: UInt32 = 8
  private static let maximumFixed: UInt32 = 16

  /// The guest has IA32_A_PMCx.
  static let fullWidth = ModelFeatures.ofModel(0)
  /// The guest has IA32_PERF_CAPABILITIES: CPUID 1 ECX[15], PDCM.
  static let capabilities = ModelFeatures.ofModel(1)
  static let perfmonAndDebug: UInt32 = 1 << 15

  static let ranges: [RegisterRange] = [
    // IA32_PMCx, which the kernel calls MSR_IA32_PERFCTRx.
    RegisterRange(.gpCounter, first: 0xC1, count: maximumGP, rdpmcBase: 0, traits: .signExtends),
    // IA32_PERFEVTSELx, which the kernel calls MSR_P6_EVNTSELx.
    RegisterRange(.eventSelect, first: 0x186, count: maximumGP),
    // IA32_FIXED_CTRx. ECX[31:16] of RDPMC is the type (SDM vol. 2B, RDPMC); bit 31, "fast", is one that does not
    // exist.
    RegisterRange(.fixedCounter, first: 0x309, count: maximumFixed, rdpmcBase: 0x4000_0000, features: .globalControl),
    // IA32_FIXED_CTR_CTRL
    RegisterRange(.fixedControl, first: 0x38D, features: .globalControl),
    // IA32_PERF_GLOBAL_STATUS, _CTRL, _OVF_CTRL
    RegisterRange(.globalStatus, first: 0x38E, traits: .readOnly, features: .globalControl),
    RegisterRange(.globalControl, first: 0x38F, features: .globalControl),
    RegisterRange(.globalStatusClear, first: 0x390, features: .globalControl),
    RegisterRange(.constant, first: 0x345, features: capabilities),
    // IA32_A_PMCx: the counters again, written in full width.
    RegisterRange(.gpCounter, first: 0x4C1, count: maximumGP, rdpmcBase: 0, traits: .fullWidth, features: fullWidth),
  ]

  /// IA32_PERF_CAPABILITIES[13]: IA32_A_PMCx exist.
  static let fullWidthWrites: UInt64 = 1 << 13

  /// IA32_PERFEVTSELx: bits 63:32, and 21, AnyThread, which would observe another tenant's thread.
  static let eventSelectReserved: UInt64 = 0xFFFF_FFFF_0020_0000

  /// IA32_PERF_GLOBAL_STATUS: 62 buffer overflow, 63 condition changed.
  static let statusConditions: UInt64 = 3 << 62
}

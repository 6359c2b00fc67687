import VPMUModel

/// MSR numbers: Intel SDM vol. 4, table 2-2.
enum IntelRegisters {
  /// IA32_PMC0, which the kernel calls MSR_IA32_PERFCTR0.
  static let performanceCounter: UInt32 = 0xC1
  /// IA32_PERFEVTSEL0, which the kernel calls MSR_P6_EVNTSEL0.
  static let eventSelect: UInt32 = 0x186
  static let fixedCounter: UInt32 = 0x309
  static let fixedControl: UInt32 = 0x38D
  static let globalStatus: UInt32 = 0x38E
  static let globalControl: UInt32 = 0x38F
  static let globalOverflowControl: UInt32 = 0x390
  /// IA32_A_PMC0: the counters again, written in full width.
  static let fullWidthCounter: UInt32 = 0x4C1

  /// The numbers behind IA32_PMC7 belong to other registers (0xCE is MSR_PLATFORM_INFO).
  static let maximumGP: UInt32 = 8
  static let maximumFixed: UInt32 = 16

  /// RDPMC: ECX[31:16] of the fixed counters (SDM vol. 2B, RDPMC).
  static let fixedSelector: UInt32 = 0x4000_0000

  /// IA32_PERF_CAPABILITIES[13]: IA32_A_PMCx exist.
  static let fullWidthWrites: UInt64 = 1 << 13

  /// IA32_PERFEVTSELx: bits 63:32, and 21, AnyThread, which would observe another tenant's thread.
  static let eventSelectReserved: UInt64 = 0xFFFF_FFFF_0020_0000

  /// IA32_PERF_GLOBAL_STATUS: 62 buffer overflow, 63 condition changed.
  static let statusConditions: UInt64 = 3 << 62

  /// The guest has IA32_A_PMCx.
  static let fullWidth = RegisterFeatures.ofModel(0)

  static let ranges: [RegisterRange] = [
    RegisterRange(
      .gpCounter, first: performanceCounter, count: maximumGP, rdpmcBase: 0, traits: .signExtends),
    RegisterRange(.eventSelect, first: eventSelect, count: maximumGP),
    RegisterRange(
      .fixedCounter, first: fixedCounter, count: maximumFixed, rdpmcBase: fixedSelector,
      features: .globalControl),
    RegisterRange(.fixedControl, first: fixedControl, features: .globalControl),
    RegisterRange(.globalStatus, first: globalStatus, traits: .readOnly, features: .globalControl),
    RegisterRange(.globalControl, first: globalControl, features: .globalControl),
    RegisterRange(.globalStatusClear, first: globalOverflowControl, features: .globalControl),
    RegisterRange(
      .gpCounter, first: fullWidthCounter, count: maximumGP, rdpmcBase: 0, traits: .fullWidth, features: fullWidth),
  ]
}

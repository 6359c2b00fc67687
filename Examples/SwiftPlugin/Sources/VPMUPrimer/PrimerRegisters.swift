import VPMUModel

/// MSR numbers and reserved bits.
enum PrimerRegisters {
  private static let maximumGP: UInt32 = 6
  private static let maximumFixed: UInt32 = 2

  static let pmuInUse = MSRNumber(0x0001_4804)

  /// The guest has PMU_IN_USE.
  static let inUse = ModelFeatures.ofModel(0)

  static let ranges: [RegisterRange] = [
    // PMU_SELECTn and PMU_COUNTn alternate. RDPMC names the counters from 0 on.
    RegisterRange(.eventSelect, first: 0x0001_4810, count: maximumGP, stride: 2),
    RegisterRange(.gpCounter, first: 0x0001_4811, count: maximumGP, stride: 2, rdpmcBase: 0, traits: .fullWidth),
    // PMU_FIXEDn, from 0x100 on for RDPMC. A bit above the width is dropped.
    RegisterRange(.fixedCounter, first: 0x0001_4820, count: maximumFixed, rdpmcBase: 0x100),
    RegisterRange(.fixedControl, first: 0x0001_4828),
    // PMU_CONTROL, PMU_STATUS, PMU_CLEAR.
    RegisterRange(.globalControl, first: 0x0001_4800, features: .globalControl),
    RegisterRange(.globalStatus, first: 0x0001_4801, traits: .readOnly, features: .globalControl),
    RegisterRange(.globalStatusClear, first: 0x0001_4802, traits: .ignoresReserved, features: .globalControl),
    // Some CPUs only; PrimerModel.getMSR says what it reads.
    RegisterRange(.other, first: pmuInUse.rawValue, traits: .readOnly, features: inUse),
  ]

  /// PMU_SELECTn: bits 63:32, and 19 and 21.
  static let eventSelectReserved: UInt64 = 0xFFFF_FFFF_0028_0000
}

// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
import VPMUModel

/// MSR numbers: AMD APM vol. 2, appendix A. Reserved bits are dropped when written, never #GP.
enum AMDRegisters {
  /// Counters of K7.
  static let k7Count: UInt32 = 4
  /// Counters of PERFCTR_CORE without PerfMonV2.
  static let coreCount: UInt32 = 6
  /// The most that CPUID 8000_0022H:EBX[3:0] can say; the pairs of MSRs end at 0xC001021F.
  private static let maximumCount: UInt32 = 15

  /// PERFCTR_CORE: the pairs of MSRs from 0xC0010200 exist.
  static let core = ModelFeatures.ofModel(0)

  static let ranges: [RegisterRange] = [
    // PerfEvtSelx and PerfCtrx of K7.
    RegisterRange(.eventSelect, first: 0xC001_0000, count: k7Count, traits: .ignoresReserved),
    RegisterRange(.gpCounter, first: 0xC001_0004, count: k7Count, rdpmcBase: 0),
    // PERF_CTLx and PERF_CTRx, in pairs.
    RegisterRange(
      .eventSelect, first: 0xC001_0200, count: maximumCount, stride: 2, traits: .ignoresReserved, features: core),
    RegisterRange(.gpCounter, first: 0xC001_0201, count: maximumCount, stride: 2, rdpmcBase: 0, features: core),
    // PerfCntrGlobalStatus, Ctl, StatusClr, StatusSet of PerfMonV2.
    RegisterRange(.globalStatus, first: 0xC000_0300, traits: [.readOnly, .ignoresReserved], features: .globalControl),
    RegisterRange(.globalControl, first: 0xC000_0301, traits: .ignoresReserved, features: .globalControl),
    RegisterRange(.globalStatusClear, first: 0xC000_0302, traits: .ignoresReserved, features: .globalControl),
    RegisterRange(.globalStatusSet, first: 0xC000_0303, traits: .ignoresReserved, features: .globalControl),
  ]

  /// Of an event select: 19, 21, and 63:36, GuestOnly and HostOnly with them.
  static let eventSelectReserved: UInt64 = 0xFFFF_FFF0_0028_0000
}

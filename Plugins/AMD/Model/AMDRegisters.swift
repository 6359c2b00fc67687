import VPMUModel

/// MSR numbers: AMD APM vol. 2, appendix A.
enum AMDRegisters {
  /// PerfEvtSel0 of K7.
  static let k7EventSelect: UInt32 = 0xC001_0000
  /// PerfCtr0 of K7.
  static let k7Counter: UInt32 = 0xC001_0004
  /// PERF_CTL0; PERF_CTR0 follows, and so on in pairs.
  static let coreEventSelect: UInt32 = 0xC001_0200
  static let coreCounter: UInt32 = 0xC001_0201
  static let globalStatus: UInt32 = 0xC000_0300
  static let globalControl: UInt32 = 0xC000_0301
  static let globalStatusClear: UInt32 = 0xC000_0302
  static let globalStatusSet: UInt32 = 0xC000_0303

  /// Counters of K7.
  static let k7Count: UInt32 = 4
  /// Counters of PERFCTR_CORE without PerfMonV2.
  static let coreCount: UInt32 = 6
  /// The most that CPUID 8000_0022H:EBX[3:0] can say; the pairs of MSRs end at 0xC001021F.
  static let maximumCount: UInt32 = 15
  static let counterWidth: UInt32 = 48

  /// The event's number: bits 7:0 and 35:32.
  static let eventMask: UInt64 = 0xF_0000_00FF
  /// Dropped when written: 19, 21, and 63:36, GuestOnly and HostOnly with them.
  static let eventSelectReserved: UInt64 = 0xFFFF_FFF0_0028_0000

  /// PERFCTR_CORE: the pairs of MSRs from 0xC0010200 exist.
  static let core = RegisterFeatures.ofModel(0)

  static let ranges: [RegisterRange] = [
    RegisterRange(.eventSelect, first: k7EventSelect, count: k7Count, traits: .drops),
    RegisterRange(.gpCounter, first: k7Counter, count: k7Count, rdpmcBase: 0),
    RegisterRange(.eventSelect, first: coreEventSelect, count: maximumCount, stride: 2, traits: .drops, features: core),
    RegisterRange(.gpCounter, first: coreCounter, count: maximumCount, stride: 2, rdpmcBase: 0, features: core),
    RegisterRange(.globalStatus, first: globalStatus, traits: [.readOnly, .drops], features: .globalControl),
    RegisterRange(.globalControl, first: globalControl, traits: .drops, features: .globalControl),
    RegisterRange(.globalStatusClear, first: globalStatusClear, traits: .drops, features: .globalControl),
    RegisterRange(.globalStatusSet, first: globalStatusSet, traits: .drops, features: .globalControl),
  ]
}

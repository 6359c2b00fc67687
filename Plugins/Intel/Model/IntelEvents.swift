import VPMUModel

/// The architectural events: Intel SDM vol. 3B, table 21-1. An event that CPUID calls absent is still accepted.
enum IntelEvents {
  private static let instructions = ModelEvent(select: 0x00C0, generic: .instructions, quality: .exact)
  private static let coreCycles = ModelEvent(select: 0x003C, generic: .cycles, quality: .exact)
  /// Counts at the TSC's rate, other hosts' reference clocks tick at another.
  private static let referenceCycles = ModelEvent(select: 0x0300, generic: .referenceCycles, quality: .sameUnit)

  /// In the order of their bits in CPUID.0AH:EBX, then the pseudo event of fixed counter 2.
  static let all: [ModelEvent] = [
    coreCycles,
    instructions,
    ModelEvent(select: 0x013C, generic: .busCycles, quality: .sameUnit),
    // What counts as a reference to, or a miss of, the last-level cache differs from vendor to vendor.
    ModelEvent(select: 0x4F2E, generic: .cacheReferences, quality: .approximate),
    ModelEvent(select: 0x412E, generic: .cacheMisses, quality: .approximate),
    ModelEvent(select: 0x00C4, generic: .branches, quality: .exact),
    ModelEvent(select: 0x00C5, generic: .branchMisses, quality: .exact),
    referenceCycles,
  ]

  /// What the fixed counters count: SDM vol. 3B, table 21-2.
  private static let fixed = [instructions, coreCycles, referenceCycles]

  /// The event's number in IA32_PERFEVTSELx.
  static let selectMask: UInt64 = 0xFF

  static let table = EventTable(all, fixed: fixed, eventSelectMask: selectMask)
}

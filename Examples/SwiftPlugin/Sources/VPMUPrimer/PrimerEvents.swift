import VPMUModel

/// The generic events in the encodings of this PMU: the event's number in bits 7:0, its unit mask in bits 15:8.
enum PrimerEvents {
  private static let cycles = EventRow(0x0001, .cycles, .exact, "CYCLES")
  private static let instructions = EventRow(0x0002, .instructions, .exact, "INSTRUCTIONS")

  static let rows: [EventRow] = [
    cycles,
    instructions,
    EventRow(0x0010, .branches, .exact, "BRANCHES"),
    EventRow(0x0011, .branchMisses, .exact, "BRANCHES_MISPREDICTED"),
    // Which cache is the last one is a matter of the host.
    EventRow(0x0120, .cacheReferences, .approximate, "LAST_LEVEL_CACHE.REFERENCE"),
    EventRow(0x0220, .cacheMisses, .approximate, "LAST_LEVEL_CACHE.MISS"),
    // Only counter 0 is wired to the floating-point unit. No generic event stands for it.
    EventRow(0x0030, nil, .none, "FLOATING_POINT_OPERATIONS", counters: 1),
  ]

  /// Fixed counter 0 counts cycles, fixed counter 1 instructions.
  static let fixed = [cycles, instructions]

  static let selectMask: UInt64 = 0xFF
}

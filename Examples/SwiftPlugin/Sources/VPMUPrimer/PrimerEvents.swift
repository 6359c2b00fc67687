import VPMUModel

/// The generic events in the encodings of this PMU: the event's number in bits 7:0, its unit mask in bits 15:8.
enum PrimerEvents {
  private static let cycles = ModelEvent(select: 0x0001, generic: .cycles, quality: .exact)
  private static let instructions = ModelEvent(select: 0x0002, generic: .instructions, quality: .exact)

  static let all: [ModelEvent] = [
    cycles,
    instructions,
    ModelEvent(select: 0x0010, generic: .branches, quality: .exact),
    ModelEvent(select: 0x0011, generic: .branchMisses, quality: .exact),
    // Which cache is the last one is a matter of the host.
    ModelEvent(select: 0x0120, generic: .cacheReferences, quality: .approximate),
    ModelEvent(select: 0x0220, generic: .cacheMisses, quality: .approximate),
  ]

  static let selectMask: UInt64 = 0xFF

  /// Fixed counter 0 counts cycles, fixed counter 1 instructions.
  static let table = EventTable(all, fixed: [cycles, instructions], eventSelectMask: selectMask)
}

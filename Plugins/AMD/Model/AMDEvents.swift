import VPMUModel

/// The generic events in AMD's encodings (family 17h and later; the same numbers since K7 but for the cache events).
enum AMDEvents {
  static let all: [ModelEvent] = [
    ModelEvent(select: 0x0076, generic: .cycles, quality: .exact),
    ModelEvent(select: 0x00C0, generic: .instructions, quality: .exact),
    // Requests to, and misses of, the second-level cache; elsewhere the generic events mean the last level.
    ModelEvent(select: 0x077D, generic: .cacheReferences, quality: .approximate),
    ModelEvent(select: 0x077E, generic: .cacheMisses, quality: .approximate),
    ModelEvent(select: 0x00C2, generic: .branches, quality: .exact),
    ModelEvent(select: 0x00C3, generic: .branchMisses, quality: .exact),
    ModelEvent(select: 0x00D0, generic: .stalledCyclesFrontend, quality: .approximate),
    ModelEvent(select: 0x00D1, generic: .stalledCyclesBackend, quality: .approximate),
  ]

  /// The event's number in an event select: bits 7:0 and 35:32.
  static let selectMask: UInt64 = 0xF_0000_00FF

  static let table = EventTable(all, eventSelectMask: selectMask)
}

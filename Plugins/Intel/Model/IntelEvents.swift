import VPMUModel

/// The architectural events: Intel SDM vol. 3B, table 21-1. An event that CPUID calls absent is still accepted.
enum IntelEvents {
  static let instructions = ModelEvent(select: 0x00C0, generic: .instructions, quality: .exact)
  static let coreCycles = ModelEvent(select: 0x003C, generic: .cycles, quality: .exact)
  /// Counts at the TSC's rate, other hosts' reference clocks tick at another.
  static let referenceCycles = ModelEvent(select: 0x0300, generic: .referenceCycles, quality: .sameUnit)

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

  /// Event and unit mask of an event select.
  static let codeMask: UInt64 = 0xFFFF

  static func event(selector: UInt64) -> ModelEvent {
    let code = selector & codeMask
    for event in all where event.select == code { return event }
    return ModelEvent(unnamed: code)
  }

  /// What fixed counter `index` counts: SDM vol. 3B, table 21-2.
  static func fixed(_ index: UInt32) -> ModelEvent {
    switch index {
    case 0: instructions
    case 1: coreCycles
    case 2: referenceCycles
    default: ModelEvent(unnamed: 0)
    }
  }
}

extension IntelModel {
  public func findArchEvent(_ selector: UInt64, _ state: PMUState) -> ModelEvent {
    IntelEvents.event(selector: selector)
  }

  public func findFixedEvent(_ index: UInt32, _ state: PMUState) -> ModelEvent { IntelEvents.fixed(index) }
}

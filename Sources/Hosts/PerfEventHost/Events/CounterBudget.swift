import VPMUModel

/// How many of a host's events may be enabled at a time.
///
/// A processor has general counters, any of which takes any event, and some have counters of their own for cycles,
/// instructions and reference cycles, one each. Such an event takes its own counter first; a second one of its kind
/// takes a general one, like all other events. The kernel decides which event is on which counter, and moves them.
package struct CounterBudget: Sendable {
  /// Kinds of events that differ in the counters they can take.
  private enum Kind: Int {
    case cycles, instructions, referenceCycles, other

    init(_ event: GenericEvent?) {
      self =
        switch event {
        case .cycles: .cycles
        case .instructions: .instructions
        case .referenceCycles: .referenceCycles
        default: .other
        }
    }
  }

  /// The events that can have a counter of their own.
  package static let fixedCandidates: GenericEventSet = [
    GenericEventSet(.cycles), GenericEventSet(.instructions), GenericEventSet(.referenceCycles),
  ]

  /// General counters.
  package let general: Int
  /// Events that have a counter of their own, out of ``fixedCandidates``.
  package let fixed: GenericEventSet
  /// By kind: its own counters, and its events that are enabled.
  private var own: InlineArray<4, Int> = [0, 0, 0, 0]
  private var enabled: InlineArray<4, Int> = [0, 0, 0, 0]
  /// Events that are enabled.
  package private(set) var enabledCount = 0

  package init(general: Int, fixed: GenericEventSet = []) {
    self.general = general
    self.fixed = fixed.intersection(Self.fixedCandidates)
    for event in self.fixed.events { own[Kind(event).rawValue] = 1 }
  }

  /// Events enabled at a time, at most.
  package var most: Int { general + fixed.rawValue.nonzeroBitCount }

  /// Whether a counter is left for an event. Nil: one that has no generic name, or none of the processor's.
  package func admits(_ event: GenericEvent?) -> Bool {
    let kind = Kind(event).rawValue
    // On the fixed counter of its kind it takes no general one.
    return enabled[kind] < own[kind] || onGeneral < general
  }

  /// An event was enabled.
  package mutating func enable(_ event: GenericEvent?) {
    enabled[Kind(event).rawValue] += 1
    enabledCount += 1
  }

  /// An event was disabled.
  package mutating func disable(_ event: GenericEvent?) {
    enabled[Kind(event).rawValue] -= 1
    enabledCount -= 1
  }

  private var onGeneral: Int {
    var events = 0
    for kind in enabled.indices { events += max(0, enabled[kind] - own[kind]) }
    return events
  }
}

import CVPMU

/// An event that perf_event_open(2) names for every vendor: `PERF_COUNT_HW_*`, with the same numbers.
public enum GenericEvent: Int32, CaseIterable, Sendable, BitwiseCopyable {
  case cycles = 0
  case instructions = 1
  case cacheReferences = 2
  case cacheMisses = 3
  case branches = 4
  case branchMisses = 5
  case busCycles = 6
  case stalledCyclesFrontend = 7
  case stalledCyclesBackend = 8
  case referenceCycles = 9
}

extension GenericEvent: CustomStringConvertible {
  /// The name that the `perf` tool uses.
  public var description: String {
    switch self {
    case .cycles: "cycles"
    case .instructions: "instructions"
    case .cacheReferences: "cache-references"
    case .cacheMisses: "cache-misses"
    case .branches: "branches"
    case .branchMisses: "branch-misses"
    case .busCycles: "bus-cycles"
    case .stalledCyclesFrontend: "stalled-cycles-frontend"
    case .stalledCyclesBackend: "stalled-cycles-backend"
    case .referenceCycles: "ref-cycles"
    }
  }
}

/// How well a generic event stands for the guest's event, on a host of any vendor.
public enum MappingQuality: Int32, Sendable, BitwiseCopyable, Comparable {
  /// There is no generic event.
  case none = 0
  /// Counts something of the kind, at another place or by other rules.
  case approximate = 1
  /// The same thing in the same unit, at another rate.
  case sameUnit = 2
  /// The same.
  case exact = 3

  public static func < (left: MappingQuality, right: MappingQuality) -> Bool { left.rawValue < right.rawValue }
}

/// An event of a model: its encoding and the generic event that stands for it.
@frozen
public struct ModelEvent: Sendable, BitwiseCopyable, Equatable {
  /// Event and unit mask, as they stand in an event select register; no other bit is set.
  public var select: UInt64
  /// The generic event, nil if there is none.
  public var generic: GenericEvent?
  public var quality: MappingQuality
  /// Bit n: general-purpose counter n can count the event, others count nothing. 0: all can.
  public var counters: UInt32 = 0
  /// Its generic number or its quality, as a plugin gave them, does not exist: it has no generic event.
  public var isMisnumbered: Bool

  @inlinable
  public init(select: UInt64, generic: GenericEvent?, quality: MappingQuality) {
    self.select = select
    self.generic = generic
    self.quality = generic == nil ? .none : quality
    isMisnumbered = false
  }

  /// An event that has no generic name.
  @inlinable
  public init(unnamed select: UInt64) { self.init(select: select, generic: nil, quality: .none) }

  /// From the boundary's form. Numbers that this core does not know become "no generic event".
  @inlinable
  public init(_ event: vpmu_event) {
    self.init(select: event.select, event.generic, event.quality)
  }

  @inlinable
  package init(select: UInt64, _ boundaryGeneric: vpmu_generic, _ boundaryQuality: vpmu_quality) {
    let generic = GenericEvent(rawValue: boundaryGeneric.rawValue)
    let quality = MappingQuality(rawValue: Int32(bitPattern: boundaryQuality.rawValue))
    isMisnumbered = quality == nil || generic == nil && boundaryGeneric != VPMU_GENERIC_NONE
    self.select = select
    self.generic = isMisnumbered ? nil : generic
    self.quality = self.generic == nil ? .none : quality ?? .none
  }

  /// Whether a counter can count it. A fixed counter has its own event.
  @inlinable
  public func canBeCounted(on pmc: PMCIndex) -> Bool {
    counters == 0 || pmc.isFixed || (UInt64(counters) >> UInt64(pmc.rawValue)) & 1 != 0
  }

  /// In the boundary's form.
  @inlinable
  public var boundary: vpmu_event {
    vpmu_event(
      select: select, generic: generic.map { vpmu_generic(rawValue: $0.rawValue) } ?? VPMU_GENERIC_NONE,
      quality: vpmu_quality(rawValue: UInt32(quality.rawValue)))
  }
}

import CVPMU

/// One row of a model's table of events: an encoding, its generic event, and the guests and counters that it is for.
public struct EventRow: Sendable, Equatable {
  /// Event and unit mask, as they stand in an event select register; no other bit is set.
  public var select: UInt64
  /// The generic event, nil if there is none.
  public var generic: GenericEvent?
  public var quality: MappingQuality
  /// The vendor's name, for people: `BR_INST_RETIRED.ALL_BRANCHES`.
  public var name: String?
  /// The row is for guests that have all of these.
  public var features: ModelFeatures
  /// Bit n: general-purpose counter n can count the event, others count nothing. 0: all can.
  public var counters: UInt32
  /// The generic number or quality of a plugin's row does not exist: the row has no generic event.
  package var isMisnumbered = false

  public init(
    _ select: UInt64, _ generic: GenericEvent?, _ quality: MappingQuality, _ name: String? = nil,
    features: ModelFeatures = [], counters: UInt32 = 0
  ) {
    self.select = select
    self.generic = generic
    self.quality = generic == nil ? .none : quality
    self.name = name
    self.features = features
    self.counters = counters
  }

  /// The row without its name and features, as a lookup returns it.
  public var event: ModelEvent {
    var event = ModelEvent(select: select, generic: generic, quality: quality)
    event.counters = counters
    event.isMisnumbered = isMisnumbered
    return event
  }
}

/// The events of a model in the form that the core runs: by their encodings, and those of the fixed counters.
///
/// A constant, made once and never freed; keep it in a `static let`.
@frozen
public struct EventTable: BitwiseCopyable, @unchecked Sendable {
  @usableFromInline
  struct Entry: BitwiseCopyable {
    @usableFromInline let features: ModelFeatures
    @usableFromInline let event: ModelEvent
  }

  @usableFromInline
  struct Contents {
    let codeMask: UInt64
    let events: UnsafeBufferPointer<Entry>
    let fixed: UnsafeBufferPointer<Entry>
  }

  // One word, so that a model with its registers and this is small enough to be kept in place.
  @usableFromInline let contents: UnsafePointer<Contents>

  /// - Parameters:
  ///   - events: rows by encoding; the first row of an encoding that the guest has the features for is the one
  ///   - fixed: the events of the fixed counters, in the order of their numbers
  ///   - eventSelectMask: bits of an event select that hold the event's number, without the unit mask (bits 15:8)
  public init(_ events: [EventRow], fixed: [EventRow] = [], eventSelectMask: UInt64) {
    let contents = UnsafeMutablePointer<Contents>.allocate(capacity: 1)
    contents.initialize(
      to: Contents(
        codeMask: eventSelectMask | VPMU_SELECT_UNIT_MASK, events: Self.permanent(events), fixed: Self.permanent(fixed))
    )
    self.contents = UnsafePointer(contents)
  }

  /// The event of an event select: its event and unit mask, with the generic event if a row has that encoding.
  public func event(selector: UInt64, _ state: PMUStateView) -> ModelEvent {
    let code = selector & contents.pointee.codeMask
    for entry in contents.pointee.events where entry.event.select == code && state.has(entry.features) {
      return entry.event
    }
    return ModelEvent(unnamed: code)
  }

  /// The event of fixed counter `index`; event 0 without a name for one that the table does not have.
  public func fixedEvent(_ index: UInt32, _ state: PMUStateView) -> ModelEvent {
    let fixed = contents.pointee.fixed
    guard index < fixed.count, state.has(fixed[Int(index)].features) else { return ModelEvent(unnamed: 0) }
    return fixed[Int(index)].event
  }

  private static func permanent(_ rows: [EventRow]) -> UnsafeBufferPointer<Entry> {
    let memory = UnsafeMutableBufferPointer<Entry>.allocate(capacity: rows.count)
    _ = memory.initialize(from: rows.map { Entry(features: $0.features, event: $0.event) })
    return UnsafeBufferPointer(memory)
  }
}

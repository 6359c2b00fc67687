import CVPMU

/// What a model's counters count: its generic events by their encodings, and what each fixed counter counts.
///
/// A constant, made once and never freed; keep it in a `static let`.
@frozen
public struct EventTable: BitwiseCopyable, @unchecked Sendable {
  @usableFromInline
  struct Contents {
    @usableFromInline let codeMask: UInt64
    @usableFromInline let events: UnsafeBufferPointer<ModelEvent>
    @usableFromInline let fixed: UnsafeBufferPointer<ModelEvent>
  }

  // One word, so that a model with its registers and this is small enough to be kept in place.
  @usableFromInline let contents: UnsafePointer<Contents>

  /// - Parameters:
  ///   - events: the generic events
  ///   - fixed: what each fixed counter counts, in the order of their numbers
  ///   - eventSelectMask: bits of an event select that hold the event's number, without the unit mask (bits 15:8)
  public init(_ events: [ModelEvent], fixed: [ModelEvent] = [], eventSelectMask: UInt64) {
    let contents = UnsafeMutablePointer<Contents>.allocate(capacity: 1)
    contents.initialize(
      to: Contents(
        codeMask: eventSelectMask | VPMU_SELECT_UNIT_MASK, events: Self.permanent(events), fixed: Self.permanent(fixed))
    )
    self.contents = UnsafePointer(contents)
  }

  /// What an event select asks for: its event and unit mask, with the generic event if one has that encoding.
  @inlinable
  public func event(selector: UInt64) -> ModelEvent {
    let code = selector & contents.pointee.codeMask
    for event in contents.pointee.events where event.select == code { return event }
    return ModelEvent(unnamed: code)
  }

  /// What fixed counter `index` counts; event 0 without a name for one that the table does not have.
  @inlinable
  public func fixedEvent(_ index: UInt32) -> ModelEvent {
    let fixed = contents.pointee.fixed
    return index < fixed.count ? fixed[Int(index)] : ModelEvent(unnamed: 0)
  }

  private static func permanent(_ events: [ModelEvent]) -> UnsafeBufferPointer<ModelEvent> {
    let memory = UnsafeMutableBufferPointer<ModelEvent>.allocate(capacity: events.count)
    _ = memory.initialize(from: events)
    return UnsafeBufferPointer(memory)
  }
}

import VPMUModel

/// Why an event filter is refused. The old one stays.
public enum FilterError: Error, Equatable {
  /// More entries than ``EventFilter/maximumEntries``.
  case tooManyEntries(Int)
  /// A masked entry has a bit set that no masked entry has.
  case invalidEntry(index: Int, entry: UInt64)
}

extension FilterError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .tooManyEntries(let count):
      "the event filter has \(count) entries, the limit is \(EventFilter.maximumEntries): merge entries by masks"
    case .invalidEntry(let index, let entry):
      "entry \(index) of the masked event filter, 0x\(String(entry, radix: 16)), has bits set that mean nothing: "
        + "use event, unit-mask match (15:8), unit-mask mask (63:56) and exclude (55) only"
    }
  }
}

/// Which events a guest may count. Immutable; made once, judged at each reprogramming.
///
/// - *Plain* entries are event select bits and unit mask, matched exactly. An entry with any other bit set matches
///   nothing.
/// - *Masked* entries hold the event, a unit-mask match (15:8), a unit-mask mask (63:56) and bit 55, *exclude*. One
///   hits when the event is equal and `(unit mask & mask) == match`. The filter hits when some including entry hits and
///   no excluding one does.
///
/// The same shape as the kernel interface KVM_SET_PMU_EVENT_FILTER.
public final class EventFilter: Sendable {
  public enum Action: String, Sendable {
    /// Only events that hit are counted.
    case allow
    /// All events are counted but those that hit.
    case deny
  }

  /// One entry, taken apart.
  struct Entry: Comparable {
    /// Event select bits, as they stand in the register.
    let event: UInt64
    let unitMaskMask: UInt8
    let unitMaskMatch: UInt8

    static func < (left: Entry, right: Entry) -> Bool { left.event < right.event }

    func hits(unitMask: UInt8) -> Bool { unitMask & unitMaskMask == unitMaskMatch }
  }

  /// Most entries of one filter.
  public static let maximumEntries = 300

  static let exclude: UInt64 = 1 << 55

  public let action: Action
  /// Bit i judges fixed counter i, alone: with deny a set bit, with allow a clear bit means not counted.
  public let fixedBitmap: UInt64
  let eventSelectMask: UInt64
  /// Sorted by event.
  let included: [Entry]
  let excluded: [Entry]

  /// - Parameters:
  ///   - entries: at most ``maximumEntries``
  ///   - eventSelectMask: ``ModelDeclaration/eventSelectMask`` of the VM's model
  /// - Throws: ``FilterError``
  public init(action: Action, entries: [UInt64], masked: Bool, fixedBitmap: UInt64, eventSelectMask: UInt64)
    throws(FilterError)
  {
    guard entries.count <= Self.maximumEntries else { throw .tooManyEntries(entries.count) }
    let known = eventSelectMask | 0xFF00 | (masked ? 0xFF << 56 | Self.exclude : 0)
    var included: [Entry] = []
    var excluded: [Entry] = []
    for (index, entry) in entries.enumerated() {
      guard entry & ~known == 0 else {
        if masked { throw .invalidEntry(index: index, entry: entry) }
        continue
      }
      let parsed = Entry(
        event: entry & eventSelectMask, unitMaskMask: masked ? UInt8(truncatingIfNeeded: entry >> 56) : 0xFF,
        unitMaskMatch: UInt8(truncatingIfNeeded: entry >> 8))
      if masked && entry & Self.exclude != 0 { excluded.append(parsed) } else { included.append(parsed) }
    }
    self.action = action
    self.fixedBitmap = fixedBitmap
    self.eventSelectMask = eventSelectMask
    self.included = included.sorted()
    self.excluded = excluded.sorted()
  }

  /// Whether a general-purpose counter with this event select may count.
  public func allows(selector: UInt64) -> Bool {
    let event = selector & eventSelectMask
    let unitMask = UInt8(truncatingIfNeeded: selector &>> 8)
    let hit =
      Self.hits(included, event: event, unitMask: unitMask) && !Self.hits(excluded, event: event, unitMask: unitMask)
    return hit == (action == .allow)
  }

  /// Whether fixed counter `index` may count.
  public func allows(fixed index: UInt32) -> Bool {
    let bit = (fixedBitmap &>> UInt64(index & 63)) & 1 != 0
    return bit == (action == .allow)
  }

  /// Binary search for the event, then a look at its neighbours: a guest can make this run at each pass.
  private static func hits(_ entries: [Entry], event: UInt64, unitMask: UInt8) -> Bool {
    entries.withUnsafeBufferPointer { entries in
      var low = 0
      var high = entries.count
      while low < high {
        let middle = (low &+ high) / 2
        if entries[middle].event < event { low = middle &+ 1 } else { high = middle }
      }
      while low < entries.count && entries[low].event == event {
        if entries[low].hits(unitMask: unitMask) { return true }
        low &+= 1
      }
      return false
    }
  }
}

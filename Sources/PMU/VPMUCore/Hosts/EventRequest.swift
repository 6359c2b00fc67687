import CVPMU
import VPMUModel

/// Rings of the guest.
@frozen
public struct Rings: OptionSet, Sendable, BitwiseCopyable {
  public let rawValue: UInt8

  @inlinable
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// Rings 1 to 3.
  @inlinable
  public static var user: Rings { Rings(rawValue: 1) }
  /// Ring 0.
  @inlinable
  public static var kernel: Rings { Rings(rawValue: 2) }
}

/// An event's number and unit mask, apart from how they stand in an event select.
@frozen
public struct EventCode: Hashable, Sendable, BitwiseCopyable {
  /// Event select bits 7:0 and, where the model has them, 35:32 as bits 11:8.
  public var number: UInt16
  public var unitMask: UInt8

  @inlinable
  public init(number: UInt16, unitMask: UInt8) {
    self.number = number
    self.unitMask = unitMask
  }

  /// - Parameter mask: ``ModelDeclaration/eventSelectMask``
  @inlinable
  public init(selector: UInt64, mask: UInt64) {
    let event = selector & mask
    number = UInt16(truncatingIfNeeded: (event & 0xFF) | ((event &>> 24) & 0xF00))
    unitMask = UInt8(truncatingIfNeeded: selector &>> 8)
  }
}

/// What the core asks of a host: an event for one counter.
@frozen
public struct EventRequest: Sendable, BitwiseCopyable {
  /// The counter, for notifications.
  public var pmc: PMCIndex
  /// The guest's encoding, whole: event, unit mask and flags of an event select. For a fixed counter, event and unit
  /// mask only.
  public var selector: UInt64
  public var code: EventCode
  /// The generic event that stands for it: nil if the model names none, or if edge, invert or a counter mask is set.
  public var generic: GenericEvent?
  /// How well `generic` stands for it.
  public var quality: MappingQuality
  /// The rings to count in. Empty: the guest asked for an event that counts nowhere.
  public var rings: Rings
  /// Events to the first notification, and from one to the next; 1 to 2^63 - 1.
  public var period: UInt64
  /// Whether the guest wants an interrupt at overflow, when the event is made: the policy `adaptive` keeps an event
  /// when only that changes.
  public var interrupts: Bool

  @inlinable
  public init(
    pmc: PMCIndex, selector: UInt64, code: EventCode, generic: GenericEvent?, quality: MappingQuality, rings: Rings,
    period: UInt64, interrupts: Bool
  ) {
    self.pmc = pmc
    self.selector = selector
    self.code = code
    self.generic = generic
    self.quality = quality
    self.rings = rings
    self.period = period
    self.interrupts = interrupts
  }
}

extension EventRequest {
  /// Whether edge, invert or a counter mask is set: then the event counts something else than occurrences.
  @inlinable
  public var hasCountingFlags: Bool {
    selector & (VPMU_SELECT_EDGE | VPMU_SELECT_INVERT | VPMU_SELECT_COUNTER_MASK) != 0
  }
}

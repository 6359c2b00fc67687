import VPMUModel

/// A set of generic events.
public struct GenericEventSet: OptionSet, Hashable, Sendable, BitwiseCopyable {
  public let rawValue: UInt32

  public init(rawValue: UInt32) { self.rawValue = rawValue }

  public init(_ event: GenericEvent) { self.init(rawValue: 1 << UInt32(event.rawValue)) }

  public func contains(_ event: GenericEvent) -> Bool { contains(GenericEventSet(event)) }

  /// Its members, in the order of their numbers.
  public var events: [GenericEvent] { GenericEvent.allCases.filter { contains($0) } }
}

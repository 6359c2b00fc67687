/// Numbers of host events of one virtual CPU so far.
@frozen
public struct HostEventStatistics: Sendable, BitwiseCopyable, Equatable {
  /// Events created.
  public var created: UInt64 = 0
  /// Paused events resumed in place of a creation.
  public var reused: UInt64 = 0
  /// Events released.
  public var released: UInt64 = 0
  /// Events that the host refused to create.
  public var refused: UInt64 = 0
  /// Of the events created, those whose counter had been refused one before.
  public var retried: UInt64 = 0

  @inlinable
  public init() {}

  /// Events that exist now. KVM: `event_count`.
  @inlinable
  public var live: UInt64 { created &- released }
}

extension HostEventStatistics: CustomStringConvertible {
  public var description: String {
    "created \(created), reused \(reused), released \(released), refused \(refused), live \(live)"
  }
}

/// How often a host refused to create an event, by reason.
@frozen
public struct RefusalCounts: Sendable, BitwiseCopyable {
  /// By ``HostRefusal/number``.
  @usableFromInline var counts = InlineArray<32, UInt32>(repeating: 0)

  @inlinable
  init() {}

  @usableFromInline
  mutating func add(_ refusal: HostRefusal) { counts[refusal.number & 31] &+= 1 }

  /// Times that an event was refused for the reason of this number.
  public subscript(number: Int) -> UInt32 { number >= 0 && number < 32 ? counts[number] : 0 }
}

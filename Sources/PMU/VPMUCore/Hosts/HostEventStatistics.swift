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

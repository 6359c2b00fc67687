import Synchronization
import VPMUModel

/// The only memory of a virtual CPU that other threads and signal handlers touch.
///
/// The first word has bit n for PMC index n, ``rescan``, and a flag for the filter.
///
/// | word | writer | reader |
/// |---|---|---|
/// | notifications | the host, from any context: an event has counted its period | the vCPU thread |
/// | filter | other threads: a new event filter | the vCPU thread, at `enter` |
public final class OverflowMailbox: @unchecked Sendable {
  /// Notifications and filter, on a cache line of their own.
  @usableFromInline package let words: UnsafeMutablePointer<Atomic<UInt64>>

  /// The notification bit that stands for no counter: notifications were lost, the counts of all counters are read. No
  /// PMC index is 63.
  public static let rescan: UInt64 = 1 << 63
  /// In the notification word: a filter was posted. No PMC index is 62.
  @usableFromInline static var filterPosted: UInt64 { 1 << 62 }

  /// In the filter word: no filter was posted.
  private static let noMessage: UInt64 = 0
  /// In the filter word: the filter was removed. No object has this address.
  private static let filterRemoved: UInt64 = 1

  @usableFromInline
  package init() {
    let line = 64
    let memory = UnsafeMutableRawPointer.allocate(byteCount: line, alignment: line)
    words = memory.bindMemory(to: Atomic<UInt64>.self, capacity: 2)
    words.initialize(to: Atomic(0))
    (words + 1).initialize(to: Atomic(Self.noMessage))
  }

  deinit {
    _ = takeFilter()
    words.deinitialize(count: 2)
    UnsafeMutableRawPointer(words).deallocate()
  }

  /// The address of the notification word, for a signal handler that sets bits in it atomically. Valid while the
  /// mailbox lives.
  public var notificationWord: UnsafeMutableRawPointer { UnsafeMutableRawPointer(words) }

  /// The event of `pmc` has counted its period. From any context.
  @inlinable
  public func postNotification(_ pmc: PMCIndex) { words[0].bitwiseOr(pmc.bit, ordering: .releasing) }

  /// Notifications may have been lost: the vCPU thread reads the counts of all its events. From any context.
  public func requestRescan() { words[0].bitwiseOr(Self.rescan, ordering: .releasing) }

  /// Takes the notifications. A plain load while there are none.
  @inlinable
  package func takeNotifications() -> UInt64 {
    let posted = words[0].load(ordering: .relaxed) & ~Self.filterPosted
    return posted == 0 ? 0 : words[0].bitwiseAnd(Self.filterPosted, ordering: .acquiring).oldValue & ~Self.filterPosted
  }

  /// Hands over a filter. One that the vCPU has not taken yet is dropped: only the last one counts.
  func post(filter: EventFilter?) {
    let message = filter.map { UInt64(UInt(bitPattern: Unmanaged.passRetained($0).toOpaque())) } ?? Self.filterRemoved
    Self.drop(words[1].exchange(message, ordering: .acquiringAndReleasing))
    words[0].bitwiseOr(Self.filterPosted, ordering: .releasing)
  }

  /// Whether a filter waits to be taken. A plain load.
  @inlinable
  var hasFilter: Bool { words[0].load(ordering: .relaxed) & Self.filterPosted != 0 }

  /// Takes the filter that was posted last. Nil: none was posted; an inner nil: it was removed.
  @usableFromInline
  func takeFilter() -> EventFilter?? {
    words[0].bitwiseAnd(~Self.filterPosted, ordering: .acquiringAndReleasing)
    let message = words[1].exchange(Self.noMessage, ordering: .acquiringAndReleasing)
    if message == Self.noMessage { return .none }
    return .some(Self.drop(message))
  }

  /// Takes the reference out of a message.
  @discardableResult
  private static func drop(_ message: UInt64) -> EventFilter? {
    guard message > filterRemoved, let object = UnsafeRawPointer(bitPattern: UInt(message)) else { return nil }
    return Unmanaged<EventFilter>.fromOpaque(object).takeRetainedValue()
  }
}

import Synchronization
import VPMUModel

/// The only words of a virtual CPU that other threads and signal handlers touch.
///
/// | word | who sets bits | who takes them |
/// |---|---|---|
/// | notices | the host, from a signal handler: a counter's event has counted its period | the vCPU thread |
/// | requests | other threads: something changed for this vCPU | the vCPU thread, at `enter` |
///
/// They are apart from the vCPU's own reprogram word: a notice must not be hidden by a request that came from elsewhere.
@frozen
public struct Mailbox: @unchecked Sendable, BitwiseCopyable {
  /// Notices, requests, pending filter: on a cache line of their own.
  @usableFromInline let words: UnsafeMutablePointer<Atomic<UInt64>>

  /// The notice bit that stands for no counter but for "notices were lost, look at all". No PMC index is 63.
  public static let lostNotices: UInt64 = 1 << 63

  @usableFromInline static let lineSize = 64

  @usableFromInline
  static func allocate() -> Mailbox {
    let memory = UnsafeMutableRawPointer.allocate(byteCount: lineSize, alignment: lineSize)
    let words = memory.bindMemory(to: Atomic<UInt64>.self, capacity: 3)
    for word in 0..<3 { (words + word).initialize(to: Atomic(0)) }
    return Mailbox(words: words)
  }

  @usableFromInline
  init(words: UnsafeMutablePointer<Atomic<UInt64>>) { self.words = words }

  @usableFromInline
  func deallocate() {
    words.deinitialize(count: 3)
    UnsafeMutableRawPointer(words).deallocate()
  }

  /// The address of the notice word, for a signal handler that sets bits in it atomically.
  public var noticeWord: UnsafeMutableRawPointer { UnsafeMutableRawPointer(words) }

  /// The event of `pmc` has counted its period. From any context.
  @inlinable
  public func postNotice(_ pmc: PMCIndex) { words[0].bitwiseOr(pmc.bit, ordering: .releasing) }

  /// Notices may have been lost: the vCPU thread looks at all its events. From any context.
  public func postLostNotices() { words[0].bitwiseOr(Self.lostNotices, ordering: .releasing) }

  /// Takes the notices. Costs a plain load while there are none.
  @inlinable
  func takeNotices() -> UInt64 {
    words[0].load(ordering: .relaxed) == 0 ? 0 : words[0].exchange(0, ordering: .acquiring)
  }
}

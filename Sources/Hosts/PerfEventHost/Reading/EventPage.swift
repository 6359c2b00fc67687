import CLinux

/// The mapped page of an event, and the ring buffer behind it if throttling is to be noticed.
///
/// The kernel gives no page to an event that writes its records into another one's ring, so each has its own small ring
/// instead of the host's common one.
package struct EventPage: BitwiseCopyable {
  private let mapping: RingMapping
  /// How far the ring's records were taken, in bytes.
  private var tail: UInt64 = 0
  private let hasRing: Bool

  /// Pages of records: a sample takes 8 bytes, and each look at the event takes them out.
  private static let ringPages: UInt32 = 1

  init(of event: EventDescriptor, withRing: Bool) throws(Errno) {
    mapping =
      withRing ? try SystemCall.mapRing(event, pages: Self.ringPages) : try SystemCall.mapPage(event)
    hasRing = withRing
  }

  /// A page in memory, as the kernel would write it.
  ///
  /// - Parameter hasRing: it says where records are
  package init(inMemory page: UnsafeMutableRawPointer, withRing hasRing: Bool = false) {
    mapping = RingMapping(control: page, length: 0)
    self.hasRing = hasRing
  }

  func unmap() { SystemCall.unmap(mapping) }

  /// Whether the event is on a counter that RDPMC can read. A plain load.
  var isOnCounter: Bool { clinux_page_is_on_counter(mapping.control) == 1 }

  /// Nil: only read(2) can tell.
  func read() -> clinux_page_count? {
    var count = clinux_page_count()
    return clinux_page_read(mapping.control, &count) == 1 ? count : nil
  }

  /// Takes what the kernel has written into the ring. A plain load if there is nothing.
  mutating func drain(_ body: (PerfRecord) -> Void) {
    guard hasRing else { return }
    let head = clinux_ring_head(mapping.control)
    guard head != tail else { return }
    RecordBuffer(records: clinux_ring_records(mapping.control), size: clinux_ring_size(mapping.control))
      .forEach(from: tail, to: head, body)
    tail = head
    clinux_ring_set_tail(mapping.control, head)
  }
}

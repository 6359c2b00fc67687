import CLinux
import VPMUCore

/// Learns of throttling: the ring buffer of an event that counts nothing (`PERF_COUNT_SW_DUMMY`), into which all events
/// of a host write their records.
///
/// Where the counters' own pages are mapped (``EventPage``) each event has a ring of its own, and there is none of
/// these. A sample takes 8 bytes of the ring, a THROTTLE or UNTHROTTLE record 32.
///
/// One notification too many is possible each time the ring has filled once: the kernel then signals the event that
/// wrote. Nearly always that event has just overflowed, and the two are one signal.
package final class ThrottleWatch {
  /// Events open with this as their output.
  package let output: EventDescriptor
  private let mapping: RingMapping
  private let buffer: RecordBuffer
  private var tail: UInt64 = 0

  /// Pages of records, most first: what is to be had depends on the sysctl `kernel.perf_event_mlock_kb`.
  private static let pageCounts: [UInt32] = [16, 4]
  private static let fewestPages: UInt32 = 1

  /// For events of the calling thread.
  init() throws(Errno) {
    output = try EventDescriptor.open(
      clinux_event(
        type: UInt32(CLINUX_TYPE_SOFTWARE),
        flags: UInt32(CLINUX_EVENT_EXCLUDE_KERNEL) | UInt32(CLINUX_EVENT_EXCLUDE_HYPERVISOR),
        config: UInt64(CLINUX_SOFTWARE_DUMMY), sample_period: 0))
    do throws(Errno) {
      mapping = try Self.map(output)
    } catch {
      output.close()
      throw error
    }
    buffer = RecordBuffer(
      records: clinux_ring_records(mapping.control), size: clinux_ring_size(mapping.control))
  }

  deinit {
    SystemCall.unmap(mapping)
    output.close()
  }

  private static func map(_ event: EventDescriptor) throws(Errno) -> RingMapping {
    for pages in pageCounts {
      if let mapping = try? SystemCall.mapRing(event, pages: pages) { return mapping }
    }
    return try SystemCall.mapRing(event, pages: fewestPages)
  }

  /// Takes what the kernel has written. A plain load if there is nothing.
  func drain(_ body: (PerfRecord) -> Void) {
    let head = clinux_ring_head(mapping.control)
    guard head != tail else { return }
    buffer.forEach(from: tail, to: head, body)
    tail = head
    clinux_ring_set_tail(mapping.control, head)
  }
}

import Testing
import VPMUCore

import PerfEventHost

/// A page and a ring of records in memory, as the kernel would write them (perf_event_open(2), `struct
/// perf_event_mmap_page`).
private final class FakeRing {
  private let start = UnsafeMutableRawPointer.allocate(byteCount: 8192, alignment: 4096)
  private var head = 0

  init() {
    start.initializeMemory(as: UInt8.self, repeating: 0, count: 8192)
    // data_offset, data_size
    start.storeBytes(of: 4096, toByteOffset: 1040, as: UInt64.self)
    start.storeBytes(of: 4096, toByteOffset: 1048, as: UInt64.self)
  }

  deinit { start.deallocate() }

  var page: EventPage { EventPage(inMemory: start, withRing: true) }

  /// PERF_RECORD_THROTTLE: time, id, stream id.
  func writeThrottle() {
    for word in [5 | 32 << 48, 0, 1, 1] as [UInt64] {
      start.storeBytes(of: word, toByteOffset: 4096 + head, as: UInt64.self)
      head += 8
    }
    start.storeBytes(of: UInt64(head), toByteOffset: 1024, as: UInt64.self)
  }
}

extension Kernel {
  @Suite("Records of throttling", .enabled(if: Kernel.hasSoftwareEvents, "perf_event_open is refused here"))
  struct ThrottleRecordTests {
    enum Revival: CaseIterable, Sendable {
      case setPeriod, resume

      func revive(_ event: PerfEventHost.Event, on host: PerfEventHost) -> Bool {
        switch self {
        case .setPeriod: return host.setPeriod(1000, of: event)
        case .resume:
          host.disable(event)
          return host.resume(event)
        }
      }
    }

    @Test(
      "what the kernel wrote before an event was let go on is not taken for later", arguments: Revival.allCases)
    func revived(by revival: Revival) throws {
      let letters = Letters()
      let host = try PerfEventHost.ofPageFaults(letters, watchesThrottling: false)
      let ring = FakeRing()
      let event = try host.create(Kernel.request())
      host.slots[event.index].page = ring.page
      ring.writeThrottle()
      #expect(revival.revive(event, on: host))
      #expect(host.knownFailure(of: event) == nil)
      #expect(host.throttlings == 1)
      ring.writeThrottle()
      #expect(host.knownFailure(of: event) == .throttled)
      #expect(host.throttlings == 2)
      host.release(event)
      withExtendedLifetime(ring) {}
    }
  }
}

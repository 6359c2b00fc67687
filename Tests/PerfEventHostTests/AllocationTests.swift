import CAllocations
import Testing
import VPMUCore
import VPMUModel

import PerfEventHost

extension Kernel {
  @Suite("Memory", .enabled(if: Kernel.hasSoftwareEvents, "perf_event_open is refused here"))
  struct AllocationTests {
    @Test(
      "no operation allocates on the heap",
      .enabled(if: callocations_are_counted(), "a sanitizer has an allocator of its own"))
    func none() throws {
      let letters = Letters()
      let host = try PerfEventHost.ofPageFaults(letters, signal: try Kernel.signal())
      let request = Kernel.request(period: 3)
      // Refusals are not among them: the testing library looks at each thrown error and allocates for that.
      // Once for what the runtime sets up at first use.
      for round in 0..<2 {
        let before = callocations_of_this_thread()
        let event = try host.create(request)
        _ = host.setPeriod(5, of: event)
        _ = host.read(event)
        _ = host.pauseAndReset(event)
        _ = host.resume(event)
        _ = host.knownFailure(of: event)
        _ = host.queryFailure(of: event)
        host.release(event)
        let allocations = callocations_of_this_thread() &- before
        if round == 1 { #expect(allocations == 0) }
      }
    }
  }
}

import Glibc
import Synchronization
import Testing
import VPMUConformance

@Suite("Work on several threads")
struct ThreadsTests {
  private static let arrived = Atomic(0)

  @Test(
    "Concurrent bodies run at the same time, and their results come in the order of the bodies", .timeLimit(.minutes(1))
  )
  func concurrent() {
    let results = concurrently(
      (0..<3).map { number in
        { @Sendable in
          Self.arrived.add(1, ordering: .acquiringAndReleasing)
          // Each waits for all: one after the other they would wait for ever.
          while Self.arrived.load(ordering: .acquiring) < 3 { sched_yield() }
          return number
        }
      })
    #expect(results == [0, 1, 2])
  }
}

import GuestPerf
import SimulatedHost
import Testing
import VPMUBench
import VPMUCore
import VPMUModel

/// Work during which nothing happens, once it has been calibrated.
private final class FadingWork: GuestWork {
  private let work: SimulatedWork
  private var left: Int

  init(_ work: SimulatedWork, slices: Int) {
    self.work = work
    left = slices
  }

  func slice() {
    guard left > 0 else { return }
    left -= 1
    work.slice()
  }

  func idle(_ nanoseconds: UInt64) { work.idle(nanoseconds) }

  func now() -> UInt64 { work.now() }
}

/// Counts as long as it takes to find the rates of a model's events, then no more.
private final class FadingBenchHost: BenchHost {
  let name = "simulated"
  let pace: UInt64 = 1
  private var hosts = 0

  func makeHost(for declaration: ModelDeclaration) -> (events: SimulatedHost, work: FadingWork) {
    let (events, work) = SimulatedBenchHost().makeHost(for: declaration)
    hosts += 1
    return (events, FadingWork(work, slices: hosts == 1 ? .max : 100))
  }
}

/// Refuses every event.
private struct BusyBenchHost: BenchHost {
  let name = "simulated"
  let pace: UInt64 = 1

  func makeHost(for declaration: ModelDeclaration) -> (events: SimulatedHost, work: SimulatedWork) {
    let (events, work) = SimulatedBenchHost().makeHost(for: declaration)
    events.refuseNextCreations(.max / 2)
    return (events, work)
  }
}

/// Refuses the second event of each vPMU, after the first one of all, which is calibrated.
private final class ShortBenchHost: BenchHost {
  let name = "simulated"
  let pace: UInt64 = 1
  private var hosts = 0

  func makeHost(for declaration: ModelDeclaration) -> (events: SimulatedHost, work: SimulatedWork) {
    let (events, work) = SimulatedBenchHost().makeHost(for: declaration)
    hosts += 1
    if hosts > 1 { events.refuseNextCreations(3) }
    return (events, work)
  }
}

@Suite struct HardHostTests {
  @Test(arguments: [TestGuest.intelV2, .amdF15h])
  func `A bench whose PMIs no longer come ends, and says so`(guest: TestGuest) throws {
    var options = BenchOptions(usages: [.oneGP], policies: [.reuse], pmis: 200)
    options.longestRound = 50_000_000
    let report = try guest.run(options, on: FadingBenchHost())
    let result = try #require(report.results.first)
    #expect(result.pmis < 50)
    #expect(result.notes.contains { $0.hasPrefix("given up after") })
  }

  @Test func `A guest none of whose events counts is skipped with the reason`() throws {
    let report = try TestGuest.intelV2.run(BenchOptions(pmis: 4), on: BusyBenchHost())
    #expect(report.results.isEmpty)
    #expect(report.skipped.count == Usage.allCases.count)
    #expect(report.excluded.contains { $0.contains("branch-misses") && $0.contains("\(HostRefusal.busy)") })
  }

  @Test func `Creations after a refusal are counted as retries`() throws {
    let report = try TestGuest.amdF15h.run(
      BenchOptions(usages: [.multiplex], policies: [.recreate], pmis: 40), on: ShortBenchHost())
    let result = try #require(report.results.first)
    #expect(result.pmis == 40)
    #expect(result.refused > 0)
    #expect(result.causes[.retry] > 0)
  }
}

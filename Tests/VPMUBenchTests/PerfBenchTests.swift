import GuestPerf
import PerfEventHost
import Testing
import VPMUBench
import VPMUCore

private let capabilities = HostProbe.run()

@Suite(.serialized)
struct PerfBenchTests {
  @Test(
    .enabled(if: capabilities.bestHost.source != nil, "perf_event_open gives no event here"),
    arguments: [TestGuest.intelV2, .amdF15h])
  func `Real events bring PMIs in each usage`(guest: TestGuest) throws {
    let source = try #require(capabilities.bestHost.source)
    let host = try PerfBenchHost(capabilities, source: source)
    let report = try guest.run(BenchOptions(pmis: 24), on: host)
    // What this machine can't count is reported, never silently left out.
    #expect(report.results.count + report.skipped.count * PolicyKind.allCases.count == 4 * PolicyKind.allCases.count)
    #expect(!report.results.isEmpty)
    for result in report.results {
      #expect(result.pmis == 24 || !result.notes.isEmpty)
      #expect(result.host == (source.countsTheEvent ? "perf" : "perf-software"))
      #expect(result.operations.meanTime(.create) ?? 0 > 0)
      if let steady = result.steady {
        #expect(steady.systemCallsPerPMI ?? 0 > 0)
        #expect(steady.interruptsPerPMI ?? 0 > 0 || result.usage == .count)
      }
      switch result.policy {
      case .reuseKeep: #expect(result.heldAfter > 0)
      case .recreate, .reuse, .adaptive: #expect(result.heldAfter == 0)
      }
    }
  }

  @Test func `The host that is chosen is named with a reason`() throws {
    let (host, reason) = try ChosenHost.choose(.best)
    #expect(!reason.isEmpty)
    switch host {
    case .perf: #expect(capabilities.bestHost.source != nil)
    case .simulated: #expect(capabilities.bestHost.source == nil)
    }
  }
}

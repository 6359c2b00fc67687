import AMDModel
import GuestPerf
import IntelModel
import Testing
import VPMUBench
import VPMUCore
import VPMUModel

/// Guests as plain values, for parameterised tests.
enum TestGuest: String, CaseIterable, Sendable {
  case intelV1 = "intel-v1"
  case intelV2 = "intel-v2"
  case intelFullWidth = "intel-v2-fullwidth"
  case amdV2 = "amd-v2"
  case amdF15h = "amd-f15h"
  case amdK7 = "amd-k7"

  /// Runs a bench on the host.
  func run(
    _ options: BenchOptions, on host: some BenchHost, in kind: GuestKind = .thread
  ) throws -> BenchReport {
    let bench = Bench(options)
    if rawValue.hasPrefix("intel") {
      let model = IntelModel()
      let preset = try #require(model.declaration.preset(named: rawValue))
      return try bench.run([BenchGuest(model, preset: preset)], on: host, in: kind, reason: "test")
    }
    let model = AMDModel()
    let preset = try #require(model.declaration.preset(named: rawValue))
    return try bench.run([BenchGuest(model, preset: preset)], on: host, in: kind, reason: "test")
  }

  var hasFixedCounters: Bool { self == .intelV2 || self == .intelFullWidth }
  var hasGlobalControl: Bool { hasFixedCounters || self == .amdV2 }
}

@Suite struct SimulatedBenchTests {
  @Test(arguments: TestGuest.allCases)
  func `In the steady state of multiplex the pool has all events`(guest: TestGuest) throws {
    let report = try guest.run(
      BenchOptions(usages: [.multiplex], policies: [.adaptive], pmis: 1200), on: SimulatedBenchHost())
    for result in report.results {
      let steady = try #require(result.steady)
      #expect(steady.created == 0)
      #expect(steady.pmis > 0)
    }
  }

  @Test(arguments: TestGuest.allCases, Usage.allCases)
  func `Each usage has all its PMIs under each policy, and reuse creates far fewer host events`(
    guest: TestGuest, usage: Usage
  ) throws {
    let report = try guest.run(BenchOptions(usages: [usage], pmis: 200), on: SimulatedBenchHost())
    guard usage != .oneFixed || guest.hasFixedCounters else {
      #expect(report.results.isEmpty)
      #expect(report.skipped.count == 1)
      return
    }
    #expect(report.skipped.isEmpty)
    #expect(report.results.map(\.policy) == PolicyKind.allCases)
    for result in report.results {
      #expect(result.pmis == 200)
      #expect(result.notes.isEmpty)
      #expect(result.handler.minimum > 0)
      #expect(result.handler.minimum <= result.handler.median)
      #expect(result.handler.median <= result.handler.p99)
      #expect(result.created == CreationCause.allCases.reduce(0) { $0 + result.causes[$1] })
      #expect(result.created == result.operations.count(.create))
      #expect((result.rotations > 0) == (usage == .multiplex))
    }
    let recreate = try #require(report.results.first { $0.policy == .recreate })
    let keep = try #require(report.results.first { $0.policy == .reuseKeep })
    let reuse = try #require(report.results.first { $0.policy == .reuse })
    #expect(recreate.heldAfter == 0)
    #expect(keep.heldAfter > 0)
    #expect(reuse.heldAfter == 0)
    #expect(reuse.released == reuse.created)
    let adaptive = try #require(report.results.first { $0.policy == .adaptive })
    #expect(adaptive.heldAfter == 0)
    #expect(adaptive.created <= reuse.created)
    #expect(adaptive.steady?.created ?? 0 == 0, "the pool gives what it has")
    let created = try #require(reuse.comparison?.created)
    switch usage {
    // Two counters share more overflows among fewer PMIs than four or six.
    case .multiplex: #expect(created <= (guest == .intelV1 ? 30_000 : 20_000))
    case .oneGP, .oneFixed: #expect(created <= 2_000)
    // A guest that can't stop its counters only reads: there is nothing to reuse.
    case .count: #expect(guest.hasGlobalControl ? created <= 2_000 : created == 100_000)
    }
  }

  @Test(arguments: TestGuest.allCases)
  func `Ten different configurations take turns`(guest: TestGuest) throws {
    let options = BenchOptions(usages: [.multiplex], policies: [.reuse], pmis: 4)
    let report = try guest.run(options, on: SimulatedBenchHost())
    let events = try #require(report.results.first).events
    #expect(events.count == 10)
    #expect(Set(events).count == 10)
  }

  @Test func `Creations are told apart by what made them`() throws {
    let stopped = try TestGuest.amdF15h.run(
      BenchOptions(usages: [.oneGP], policies: [.recreate], pmis: 20), on: SimulatedBenchHost())
    let byGlobal = try TestGuest.intelV2.run(
      BenchOptions(usages: [.oneGP], policies: [.recreate], pmis: 20), on: SimulatedBenchHost())
    let local = try #require(stopped.results.first).causes
    let global = try #require(byGlobal.results.first).causes
    #expect(local[.selectorWrite] == 24 && local[.globalControl] == 0)
    #expect(global[.selectorWrite] == 0 && global[.globalControl] == 24)
    #expect(local[.overflow] == 20 && global[.overflow] == 20)
  }

  @Test func `One PMI is enough for a result`() throws {
    let report = try TestGuest.intelV2.run(BenchOptions(pmis: 1), on: SimulatedBenchHost())
    #expect(report.results.allSatisfy { $0.pmis == 1 })
  }
}

import GuestPerf
import KVMGuest
import KVMPMU
import PerfEventHost
import Testing
import VPMUBench
import VPMUBenchKVM
import VPMUCore

/// Why no guest can run here; nil: one can.
private let obstacle = VirtualMachine.obstacle()
private let capabilities = HostProbe.run()

/// Benches in a guest behind /dev/kvm.
@Suite(.serialized, .enabled(if: obstacle == nil, "\(obstacle ?? "")"))
struct KVMBenchTests {
  private static let told = GuestKind.machine(KVMMachine(counting: .native, looksAtCounts: false))

  /// Exits of one PMI of one counter, or of one read.
  private static func exits(_ usage: Usage, _ guest: TestGuest) -> UInt64 {
    switch (usage, guest.hasGlobalControl) {
    // Stop all; status, clear it, read, preset, status again; start all.
    case (.oneGP, true), (.oneFixed, _): 7
    // Stop, read, preset, start.
    case (.oneGP, false): 4
    case (.count, let stops): stops ? 3 : 1
    case (.multiplex, _): 0
    }
  }

  @Test(arguments: [TestGuest.intelV2, .amdV2, .amdK7], Usage.allCases)
  func `Each usage has all its PMIs under each policy, with the exits that its accesses are`(
    guest: TestGuest, usage: Usage
  ) throws {
    // Enough that sets take turns in each round.
    let pmis = usage == .multiplex ? 100 : 20
    let report = try guest.run(
      BenchOptions(usages: [usage], pmis: pmis), on: SimulatedKVMBenchHost(), in: Self.told)
    guard usage != .oneFixed || guest.hasFixedCounters else {
      #expect(report.results.isEmpty)
      #expect(report.skipped.count == 1)
      return
    }
    #expect(report.results.map(\.policy) == PolicyKind.allCases)
    for result in report.results {
      #expect(result.guest == "kvm")
      #expect(result.pmis == pmis)
      #expect(result.notes.isEmpty)
      #expect(result.handler.minimum > 0)
      #expect(result.created == CreationCause.allCases.reduce(0) { $0 + result.causes[$1] })
      #expect((result.rotations > 0) == (usage == .multiplex))
      let kvm = try #require(result.kvm)
      #expect(kvm.exitTime > 0)
      #expect(kvm.costs.runs > kvm.costs.exits)
      if usage == .multiplex {
        #expect(kvm.costs.exits > 100 * 4)
      } else {
        // Four rounds, in each of which the event is programmed once.
        let programming: UInt64 = guest.hasGlobalControl ? 4 : 2
        #expect(kvm.costs.exits == 20 * Self.exits(usage, guest) + 4 * programming)
        #expect(kvm.costs.pmis == (usage.samples ? 20 : 0))
        // What is timed has these exits in it; they may be shorter than those that were timed by themselves.
        #expect(result.handler.median * 4 > kvm.exitTime * Self.exits(usage, guest))
      }
    }
    let recreate = try #require(report.results.first { $0.policy == .recreate })
    let keep = try #require(report.results.first { $0.policy == .reuseKeep })
    let reuse = try #require(report.results.first { $0.policy == .reuse })
    #expect(recreate.heldAfter == 0)
    #expect(keep.heldAfter > 0)
    #expect(reuse.heldAfter == 0)
    let stops = usage != .count || guest.hasGlobalControl
    #expect(stops ? reuse.created < recreate.created : reuse.created == recreate.created)
  }

  @Test func `A guest makes the same host events at every run`() throws {
    let options = BenchOptions(usages: [.multiplex], policies: [.reuse], pmis: 100)
    let runs = try (0..<2).map { _ in
      try TestGuest.intelV2.run(options, on: SimulatedKVMBenchHost(), in: Self.told).results
    }
    #expect(runs[0].allSatisfy { $0.rotations > 0 && $0.created > 0 })
    #expect(runs[0].map(\.causes) == runs[1].map(\.causes))
    #expect(runs[0].map(\.operations.total) == runs[1].map(\.operations.total))
    #expect(runs[0].map(\.kvm?.costs) == runs[1].map(\.kvm?.costs))
  }

  @Test(
    .enabled(if: capabilities.bestHost.source != nil, "perf_event_open gives no event here"),
    arguments: [TestGuest.intelV2, .amdF15h])
  func `Real events bring PMIs to a guest`(guest: TestGuest) throws {
    let source = try #require(capabilities.bestHost.source)
    let counting = source.countsTheEvent ? GuestCounting.detect() : .native
    let host = try PerfKVMBenchHost(capabilities, source: source, counting: counting)
    let machine = KVMMachine(counting: counting, looksAtCounts: !source.countsTheEvent)
    let report = try guest.run(BenchOptions(policies: [.reuse], pmis: 12), on: host, in: .machine(machine))
    #expect(report.results.count + report.skipped.count == 4)
    #expect(!report.results.isEmpty)
    for result in report.results {
      #expect(result.pmis == 12 || !result.notes.isEmpty)
      #expect(result.operations.meanTime(.create) ?? 0 > 0)
      #expect(result.heldAfter == 0)
    }
  }

  @Test func `The table tells what was asked of KVM`() throws {
    let options = BenchOptions(usages: [.oneGP], pmis: 4)
    let text = BenchTable.text(try TestGuest.amdV2.run(options, on: SimulatedKVMBenchHost(), in: Self.told))
    #expect(text.contains("amd amd-v2, one-gp on simulated, guest behind /dev/kvm"))
    #expect(text.contains("exits/PMI  ns/exit"))
    #expect(text.split(separator: "\n").allSatisfy { $0.count <= 160 })
  }
}

/// Which kind of guest is chosen.
@Suite struct GuestSelectionTests {
  private func choose(
    _ selection: GuestSelection, _ host: ChosenHost, obstacle: String? = nil
  ) throws -> (name: String, reason: String) {
    let (machine, reason) = try KVMMachine.choose(selection, on: host, obstacle: obstacle)
    return (machine?.name ?? "thread", reason)
  }

  @Test func `A guest behind KVM is chosen where hardware events count it`() throws {
    #expect(try choose(.best, .perf(capabilities, .hardware)).name == "kvm")
    for host in [ChosenHost.simulated, .perf(capabilities, .softwareClock)] {
      let (name, reason) = try choose(.best, host)
      #expect(name == "thread")
      #expect(reason.contains("do not count a guest"))
      #expect(try choose(.kvm, host).name == "kvm")
    }
  }

  @Test func `Without KVM it is a thread, with the reason, or an error if KVM was asked for`() throws {
    let (name, reason) = try choose(.best, .perf(capabilities, .hardware), obstacle: "no such device")
    #expect(name == "thread")
    #expect(reason.contains("no such device"))
    #expect { try choose(.kvm, .simulated, obstacle: "no such device") } throws: {
      "\($0)" == "no such device; or measure with --guest thread"
    }
  }

  @Test func `A thread is taken where it is asked for`() throws {
    #expect(try choose(.thread, .perf(capabilities, .hardware)).name == "thread")
  }
}

import AMDModel
import Glibc
import GuestPerf
import IntelModel
import KVMGuest
import KVMPMU
import SimulatedHost
import TestSupport
import Testing
import VPMUCore
import VPMUModel
import VPMUTrace

import PerfEventHost

extension Guest {
  @Suite struct RecordingTests {
    @Test(arguments: VendorPreset.all)
    func `A recorded guest on a simulated host replays to the bit, and its counts are exact`(_ preset: VendorPreset)
      throws
    {
      let report = try preset.vendor.accept(Recorded(preset: preset.preset, usesClock: false))
      #expect(report.built.generalPurpose >= 2)
      #expect(report.built.counts.count == 6)
      for count in report.built.counts { #expect(count.count == count.expected) }
      // Three, and that of the last loop, which comes when the guest exits to stop its counters.
      #expect(report.built.pmis.count == 4 && report.built.pmis.empty == 0)
      #expect(report.replay.isClean, "\(report.replay.text)")
      #expect(report.replay.operations > 200)
      #expect(report.names.isSuperset(of: ["wrmsr", "rdmsr", "rdpmc", "enter", "run", "totals"]))
      #expect(report.pmis == 4)
    }

    @Test(
      .enabled(if: Guest.capabilities.softwareAccess.isAvailable, "perf_event_open gives no software events here"),
      arguments: VendorPreset.all)
    func `So does one on events of this kernel, which come when they come`(_ preset: VendorPreset) throws {
      let report = try preset.vendor.accept(Recorded(preset: preset.preset, usesClock: true))
      #expect(report.built.pmis.count >= 3)
      #expect(report.replay.isClean, "\(report.replay.text)")
      #expect(report.names.isSuperset(of: ["wrmsr", "rdmsr", "rdpmc", "enter", "run", "sched_in", "totals"]))
      #expect(report.pmis >= 3)
    }

    @Test func `A trace that can't be written is an error`() throws {
      #expect(throws: RecordingError.self) {
        _ = try Guest.run {
          _ = try RecordingPMU(
            IntelModel(), IntelModel().declaration.presets[0].configuration, on: SimulatedHost(limits: .generous),
            to: "/nowhere/trace.jsonl", title: "none")
        }
      }
    }
  }

  /// Runs the built-in program with a recorder, and replays what it recorded.
  struct Recorded: ModelVisitor {
    struct Report: Sendable {
      var built: BuiltInReport
      var replay: ReplayReport
      /// Operations that are in the trace.
      var names: Set<String>
      var pmis: Int
    }

    let preset: Preset
    let usesClock: Bool

    func visit<Model: PMUModel>(_ model: Model) throws -> Report {
      let path = "/tmp/vpmu-recording-\(getpid())-\(preset.name).jsonl"
      defer { unlink(path) }
      let built = try Guest.run { [self] in
        if usesClock {
          let signal = try OverflowSignal.install(OverflowSignal.range.lowerBound + 7)
          signal.unblockHere()
          let host = try PerfEventHost(
            Guest.capabilities, options: PerfEventOptions(source: .softwareClock, signal: signal))
          return try run(model, host, nil, path)
        }
        let host = SimulatedHost(limits: .generous)
        return try run(model, host, host, path)
      }
      let trace = try Trace(contentsOf: path)
      let pmis = trace.steps.count { if case .enter(pmi: true, _) = $0.operation { true } else { false } }
      return Report(
        built: built, replay: ReplayReport(replaying: [path], policy: .reuse, model: { _ in model }),
        names: Set(trace.steps.map(\.operation.name)), pmis: pmis)
    }

    private func run<Model: PMUModel>(
      _ model: Model, _ host: some HostEvents, _ simulated: SimulatedHost?, _ path: String
    ) throws -> BuiltInReport {
      let declaration = model.declaration
      let pmu = try RecordingPMU(model, preset.configuration, on: host, to: path, title: "a test")
      var hookup = HookupOptions(for: declaration, rdpmc: .rewrite())
      hookup.slices = .time(1_000_000)
      let cpu = try VirtualCPU(
        VirtualMachine(models: [declaration]), pmu, guest: preset.configuration, vendor: declaration.cpuidVendors[0],
        hookup: hookup, options: VCPUOptions(kickInterval: usesClock ? 500_000 : nil))
      var program = BuiltInRun()
      program.pmis = 3
      let widths = pmu.pmu.state.counterWidths
      let report = try program.run(cpu, declaration, widths: widths) { round, rounds in
        for (generic, count) in [(GenericEvent.instructions, round.instructions), (.branches, round.branches)] {
          guard let event = declaration.event(for: generic) else { continue }
          simulated?.run(
            EventCode(selector: event.select, mask: declaration.eventSelectMask), ring: .user, count: count * rounds)
        }
      }
      try pmu.finish()
      return report
    }
  }
}

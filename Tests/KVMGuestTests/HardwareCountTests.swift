import GuestPerf
import KVMGuest
import KVMPMU
import PerfEventHost
import TestSupport
import Testing
import VPMUCore
import VPMUModel

extension Guest {
  /// What a guest reads of the processor's own events.
  @Suite(.enabled(if: capabilities.bestHost == .hardware, "\(capabilities.bestHostReason)"))
  struct HardwareCountTests {
    @Test(arguments: ["intel-v2", "amd-v2"])
    func `Loops in ring 3 read back their instructions and branches, whatever the host's vendor`(_ name: String) throws
    {
      let preset = try #require(VendorPreset.all.first { $0.preset.name == name })
      let counts = try preset.vendor.accept(LoopCounts(preset: preset.preset))
      for (rounds, tolerance) in LoopCounts.tolerances {
        for event in [GenericEvent.instructions, .branches] {
          let runs = counts.filter { $0.rounds == rounds && $0.event == event }
          let errors = runs.map { max($0.count, $0.expected) - min($0.count, $0.expected) }
          #expect(runs.count == LoopCounts.runs)
          #expect(
            errors.count { $0 <= tolerance } * 100 >= LoopCounts.runs * 95, "\(event), \(rounds) rounds: \(errors)")
        }
      }
    }
  }

  /// Loops of several lengths on hardware events, many times each.
  struct LoopCounts: ModelVisitor {
    static let runs = 100
    /// How far off each may be, in events.
    static let tolerances: [(rounds: UInt64, events: UInt64)] = [(1_000, 2), (100_000, 2), (10_000_000, 10)]

    let preset: Preset

    func visit<Model: PMUModel>(_ model: Model) throws -> [BuiltInReport.Count] {
      try Guest.run { [preset] in
        let declaration = model.declaration
        let signal = try OverflowSignal.install(OverflowSignal.range.lowerBound + 7)
        signal.unblockHere()
        let counting = GuestCounting.detect()
        let scope: GuestScope = counting == .native ? .virtualMachine : .nestedVirtualMachine
        let runs = RunCounter()
        let host = ShareCorrectedHost(
          try PerfEventHost(
            Guest.capabilities, options: PerfEventOptions(source: .hardware, scope: scope, signal: signal)), runs: runs)
        let pmu = try VirtualPMU(model: model, configuration: preset.configuration, host: host)
        var hookup = HookupOptions(for: declaration, rdpmc: .rewrite(), counting: counting)
        hookup.runs = runs
        let cpu = try VirtualCPU(
          VirtualMachine(models: [declaration]), pmu, guest: preset.configuration, vendor: declaration.cpuidVendors[0],
          hookup: hookup)
        let widths = pmu.state.counterWidths
        if counting == .nestedInSoftware {
          host.share = try VMMShare.calibrate(cpu, declaration, cpu.findRegisters(declaration, widths: widths))
        }
        var program = BuiltInRun()
        program.rounds = Self.tolerances.flatMap { Array(repeating: $0.rounds, count: Self.runs) }
        program.pmis = 0
        return try program.run(cpu, declaration, widths: widths, tell: nil).counts
      }
    }
  }
}

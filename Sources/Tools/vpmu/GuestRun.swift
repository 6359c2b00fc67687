import ArgumentParser
import GuestPerf
import KVMGuest
import KVMPMU
import PerfEventHost
import SimulatedHost
import VPMUCore
import VPMULoader
import VPMUModel
import VPMUTrace

/// The built-in program on the best host, recorded or not.
struct GuestRun: Sendable {
  let model: PluginModel
  let preset: Preset
  let capabilities: HostCapabilities
  let run: BuiltInRun
  let trace: String?

  /// On the vCPU's thread.
  ///
  /// - Returns: text for people
  func onThisThread() throws -> String {
    guard let source = capabilities.bestHost.source else {
      let host = SimulatedHost(
        limits: HostLimits(gpCounters: 6, fixedCounters: 3, gpWidth: 48, fixedWidth: 48, archEvents: 7))
      return "host       simulated: \(capabilities.bestHostReason)\n" + (try report(host, hookup, VCPUOptions(), host))
    }
    let signal = try OverflowSignal.installFirstFree()
    signal.unblockHere()
    let counting = GuestCounting.detect()
    let scope: GuestScope = counting == .native ? .virtualMachine : .nestedVirtualMachine
    let events = try PerfEventHost(
      capabilities, options: PerfEventOptions(source: source, scope: scope, signal: signal))
    let text = "host       \(source): \(capabilities.bestHostReason)\n"
    guard source.countsTheEvent else {
      // The clock's notifications do not come while the guest runs where KVM is nested.
      return text + (try report(events, hookup, VCPUOptions(kickInterval: 500_000, looksAtCounts: true)))
    }
    var hookup = hookup
    hookup.counting = counting
    // An overflow is seen when the guest exits: at the latest after so long.
    let vcpu = VCPUOptions(kickInterval: 100_000)
    guard counting == .nestedInSoftware else { return text + (try report(events, hookup, vcpu)) }
    let runs = RunCounter()
    let host = ShareCorrectedHost(events, runs: runs)
    hookup.runs = runs
    return text + (try report(host, hookup, vcpu) { host.share = $0 })
  }

  private var hookup: HookupOptions { HookupOptions(for: model.declaration, rdpmc: .rewrite()) }

  /// - Parameters:
  ///   - simulated: a host that counts the work it is given
  ///   - correct: takes the VMM's share, which is measured first; nil: there is none
  private func report(
    _ host: some HostEvents, _ hookup: HookupOptions, _ vcpu: VCPUOptions, _ simulated: SimulatedHost? = nil,
    correct: ((VMMShare) -> Void)? = nil
  ) throws -> String {
    guard let trace else {
      let pmu = try VirtualPMU(model: model, configuration: preset.configuration, host: host)
      return try self.text(run(pmu, pmu.state, hookup, vcpu, simulated, correct))
    }
    let pmu = try RecordingPMU(
      model, preset.configuration, on: host, to: trace, title: "the built-in guest program on \(preset.name)")
    let text = try self.text(run(pmu, pmu.pmu.state, hookup, vcpu, simulated, correct))
    try pmu.finish()
    return text + "\ntrace      \(trace)"
  }

  private func text(_ report: BuiltInReport) -> String {
    var report = report
    report.countsTime = capabilities.bestHost.source.map { !$0.countsTheEvent } ?? false
    return report.text
  }

  private func run(
    _ pmu: some GuestFacingPMU, _ state: PMUSnapshot, _ hookup: HookupOptions, _ vcpu: VCPUOptions,
    _ simulated: SimulatedHost?, _ correct: ((VMMShare) -> Void)?
  ) throws -> BuiltInReport {
    let declaration = model.declaration
    let cpu = try VirtualCPU(
      VirtualMachine(models: [declaration]), pmu, guest: preset.configuration,
      vendor: declaration.cpuidVendors.first ?? "", hookup: hookup, options: vcpu)
    let widths = state.counterWidths
    if let correct {
      correct(try VMMShare.calibrate(cpu, declaration, cpu.findRegisters(declaration, widths: widths)))
    }
    guard let simulated else { return try run.run(cpu, declaration, widths: widths, tell: nil) }
    return try run.run(cpu, declaration, widths: widths) { round, rounds in
      for (generic, count) in [(GenericEvent.instructions, round.instructions), (.branches, round.branches)] {
        guard let event = declaration.event(for: generic, features: state.features) else { continue }
        simulated.run(
          EventCode(selector: event.select, mask: declaration.eventSelectMask), ring: .user, count: count * rounds)
      }
    }
  }
}

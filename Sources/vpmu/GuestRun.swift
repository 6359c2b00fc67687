import ArgumentParser
import KVMGuest
import KVMPMU
import PerfEventHost
import SimulatedHost
import VPMUCore
import VPMULoader
import VPMUModel

/// The built-in program on the best host, recorded or not.
struct GuestRun: Sendable {
  let model: PluginModel
  let preset: ModelPreset
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
      return "host       simulated: \(capabilities.bestHostReason)\n" + (try onHost(host, VCPUOptions(), host))
    }
    let signal = try OverflowSignal.firstFree()
    signal.unblockHere()
    let scope: GuestScope = counting == .native ? .virtualMachine : .nestedVirtualMachine
    let host = try PerfEventHost(
      capabilities, options: PerfEventOptions(source: source, scope: scope, signal: signal))
    // A notice is seen when the guest exits: it does, every 100 µs. Those of the clock do not come while it runs.
    let vcpu = VCPUOptions(
      kickInterval: source.countsTheEvent ? 100_000 : 500_000, looksAtCounts: !source.countsTheEvent)
    return "host       \(source): \(capabilities.bestHostReason)\n" + (try onHost(host, vcpu, nil))
  }

  private var counting: GuestCounting { .detect() }

  private func onHost(_ host: some HostEvents, _ vcpu: VCPUOptions, _ simulated: SimulatedHost?) throws -> String {
    guard let trace else {
      let pmu = try VirtualPMU(model: model, configuration: preset.configuration, host: host)
      return try report(pmu, pmu.state, vcpu, simulated).text
    }
    let pmu = try RecordingPMU(
      model, preset.configuration, on: host, to: trace, title: "the built-in guest program on \(preset.name)")
    let text = try report(pmu, pmu.pmu.state, vcpu, simulated).text
    try pmu.finish()
    return text + "\ntrace      \(trace)"
  }

  private func report(
    _ pmu: some GuestFacingPMU, _ state: PMUState, _ vcpu: VCPUOptions, _ simulated: SimulatedHost?
  ) throws -> BuiltInReport {
    let declaration = model.declaration
    let vendor = declaration.cpuidVendors.first ?? ""
    // Emulated instructions are events; a clock's or a simulated host's counts are not.
    let isCounted = simulated == nil && !vcpu.looksAtCounts
    let cpu = try VirtualCPU(
      VirtualMachine(models: [declaration]), pmu, guest: preset.configuration, vendor: vendor,
      hookup: HookupOptions(for: declaration, rdpmc: .rewrite(), counting: isCounted ? counting : .native),
      options: vcpu)
    let widths = (UInt32(state.pointee.gp_mask.nonzeroBitCount), UInt32(state.pointee.fixed_mask.nonzeroBitCount))
    return try run.run(cpu, declaration, widths: widths) { round, rounds in
      for (generic, count) in [(GenericEvent.instructions, round.instructions), (.branches, round.branches)] {
        guard let event = declaration.event(for: generic) else { continue }
        simulated?.run(
          EventCode(selector: event.select, mask: declaration.eventSelectMask), ring: .user, count: count * rounds)
      }
    }
  }
}

extension OverflowSignal {
  /// The first real-time signal that is free; it stays installed.
  fileprivate static func firstFree() throws -> OverflowSignal {
    for number in range {
      if let signal = try? install(number) { return signal }
    }
    throw OverflowSignalError.taken(number: range.upperBound)
  }
}

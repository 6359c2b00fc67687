import PerfEventHost
import VPMUCore
import VPMULoader
import VPMUModel

// README.md shows what stands between the two marks; a test compares them.
// >>> README
/// The PMU of one vCPU. Make it, and call it, on the thread that runs the vCPU.
struct GuestPMU {
  let vpmu: VirtualPMU<PluginModel, PerfEventHost, Reuse>

  init(model: String, signal: OverflowSignal, filter: VMEventFilter) throws {
    let choice = try PluginCatalogue().select(model: model)  // "intel-v2", on a host of any vendor
    let here = HostProbe.run()  // once in a process is enough
    let options = PerfEventOptions(source: here.bestHost.source ?? .hardware, signal: signal)
    let host = try PerfEventHost(here, options: options)
    vpmu = try VirtualPMU(
      model: choice.plugin.model, configuration: choice.preset.configuration, host: host, filter: filter)
  }

  /// An exit for WRMSR. Each access answers: done, #GP, or not a register of this PMU.
  func wrmsr(_ msr: UInt32, _ value: UInt64) throws -> WriteAnswer { try vpmu.writeMSR(MSRNumber(msr), value) }
  func rdmsr(_ msr: UInt32) throws -> ReadAnswer { try vpmu.readMSR(MSRNumber(msr)) }
  func rdpmc(_ ecx: UInt32, cpl: UInt8, cr4PCE: Bool) throws -> ReadAnswer {
    try vpmu.readPMC(RDPMCSelector(ecx), cpl: cpl, cr4PCE: cr4PCE)
  }

  /// Right before the guest runs: true if a PMI is to be injected. `scheduledIn` once for each time slice.
  func enter() throws -> Bool { try vpmu.enter() == .injectPMI }
  func timeSliceBegins() throws { try vpmu.scheduledIn() }
}
// <<< README

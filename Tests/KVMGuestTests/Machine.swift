import AMDModel
import IntelModel
import KVMGuest
import KVMPMU
import PerfEventHost
import SimulatedHost
import TestSupport
import Testing
import VPMUCore
import VPMUModel

/// Why no guest can run here; nil: one can.
private let obstacle = VirtualMachine.obstacle()

/// Tests in a guest of /dev/kvm. One at a time: they look at signals and descriptors of the process.
@Suite("A guest behind /dev/kvm", .serialized, .enabled(if: obstacle == nil, "\(obstacle ?? "")"))
enum Guest {
  /// Runs `body` on a vCPU's thread of its own, and throws what it throws.
  static func run<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) throws -> Result {
    try VCPUThread.run { Swift.Result { try body() } }.get()
  }
}

/// A vPMU on the simulated host and the vCPU that has it.
struct GuestUnderTest<Model: PMUModel> {
  let model: Model
  let host: SimulatedHost
  let filter: VMEventFilter
  let pmu: VirtualPMU<Model, SimulatedHost, Reuse>
  let cpu: VirtualCPU<VirtualPMU<Model, SimulatedHost, Reuse>>

  init(
    _ model: Model, _ guest: GuestConfiguration, limits: HostLimits = .generous, rdpmc: RDPMCMethod = .rewrite(),
    slices: SliceClock.Source = .external, options: VCPUOptions = VCPUOptions()
  ) throws {
    let declaration = model.declaration
    self.model = model
    host = SimulatedHost(limits: limits)
    filter = VMEventFilter()
    pmu = try VirtualPMU(model: model, configuration: guest, host: host, filter: filter)
    var hookup = HookupOptions(for: declaration, rdpmc: rdpmc)
    hookup.slices = slices
    cpu = try VirtualCPU(
      VirtualMachine(models: [declaration]), pmu, guest: guest, vendor: declaration.cpuidVendors[0], hookup: hookup,
      options: options)
  }

  /// The guest made so many instructions in ring 3, says the simulated host.
  func runInstructions(_ count: UInt64) throws {
    let event = try #require(model.declaration.event(for: .instructions))
    host.run(EventCode(selector: event.select, mask: model.declaration.eventSelectMask), ring: .user, count: count)
  }

  var widths: (generalPurpose: UInt32, fixed: UInt32) { pmu.state.counterWidths }
}

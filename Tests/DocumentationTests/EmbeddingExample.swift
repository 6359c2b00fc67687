import CLinux
import KVMPMU
import PerfEventHost
import VPMUCore
import VPMULoader
import VPMUModel

// docs/embedding.md shows pieces of what stands here; a test looks for them.

/// Once for a VM, before its first vCPU: these models' registers exit, and KVM's own PMU is off.
func prepare(_ vm: Int32, for models: [ModelDeclaration], besides own: MSRFilter) throws {
  try KernelPMU.disable(on: vm)
  try MSRExitReasons.filter.enable(on: vm)
  try MSRFilter(models).merged(with: own).install(on: vm)
}

typealias EmbeddedPMU = VirtualPMU<PluginModel, PerfEventHost, Reuse>

/// On the vCPU's own thread: its virtual PMU, on events of the host.
func makeHookup(
  _ vcpu: VCPUHandle, _ choice: PluginSelection, _ here: HostCapabilities, _ signal: OverflowSignal,
  _ filter: VMEventFilter
) throws -> PMUHookup<EmbeddedPMU> {
  signal.unblockHere()
  let counting = GuestCounting.detect()
  let options = PerfEventOptions(
    source: here.bestHost.source ?? .hardware,
    scope: counting == .native ? .virtualMachine : .nestedVirtualMachine, signal: signal)
  let pmu = try VirtualPMU(
    model: choice.plugin.model, configuration: choice.preset.configuration,
    host: try PerfEventHost(here, options: options), filter: filter)
  return try PMUHookup(pmu, vcpu, options: HookupOptions(for: choice.plugin.declaration, counting: counting))
}

/// The vCPU's loop, until the VMM's own `exit` says that it ends.
func loop(_ hookup: PMUHookup<EmbeddedPMU>, exit: (UnsafeMutablePointer<kvm_run>) throws -> Bool) throws {
  hookup.attach()
  defer { hookup.detach() }
  while true {
    try hookup.enter()
    let hasExit = try hookup.vcpu.enterGuest()  // KVM_RUN
    try hookup.guestRan()
    guard hasExit, try hookup.handle() == .unhandled else { continue }
    if try exit(hookup.vcpu.run) { return }
  }
}

/// Between two rounds of the loop, before the vCPU's registers are read.
func save(_ hookup: PMUHookup<EmbeddedPMU>) throws -> (state: SavedState, pmi: PMIState) {
  try hookup.completeExit()
  return (try hookup.pmu.save(), hookup.pmiState)
}

func restore(_ saved: (state: SavedState, pmi: PMIState), to hookup: PMUHookup<EmbeddedPMU>) throws {
  try hookup.pmu.restore(saved.state)
  hookup.pmiState = saved.pmi
}

/// What a VMM asks of its vCPU by a signal: the handler sets this and `immediate_exit`.
func enterUnlessAsked(_ hookup: PMUHookup<EmbeddedPMU>, _ isAsked: () -> Bool) throws -> Bool {
  try hookup.enter()
  if isAsked() { clinux_kick_raise(hookup.vcpu.immediateExit) }
  return try hookup.vcpu.enterGuest()
}

/// Before a test kernel runs: RDPMC in a segment of its code becomes an OUT.
func rewrite(_ code: UnsafeMutableRawBufferPointer, _ declaration: ModelDeclaration) -> HookupOptions {
  let rewrite = RDPMCRewrite(code, mode: .long64)
  for offset in rewrite.replaced { print("RDPMC at \(offset)") }
  for offset in rewrite.leftAlone { print("no instruction, or not understood, at \(offset)") }
  return HookupOptions(for: declaration, rdpmc: .rewrite(), counting: .detect())
}

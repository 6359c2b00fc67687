import ArgumentParser
import KVMGuest
import KVMPMU
import PerfEventHost
import SimulatedHost
import VPMUCore
import VPMULoader
import VPMUModel

struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Run the built-in guest program once behind /dev/kvm, and show what it saw.",
    discussion: """
      The guest finds its registers, counts loops of known length in ring 3, and takes interrupts of a sampling counter, \
      on the best host there is: hardware events, else the software clock in their place, else a simulated host.
      """)

  @Option(help: "A model, as `vpmu plugins` lists it. Default: this machine's vendor's first one.")
  var model: String?

  @Option(help: "Record every access, interrupt, run and time slice to this file, for `vpmu replay`.")
  var trace: String?

  @Option(help: "Interrupts to take, 1 to 100000. Default: 10.")
  var pmis: UInt64 = 10

  @OptionGroup var plugins: PluginOptions

  func validate() throws {
    guard (1...100_000).contains(pmis) else { throw ValidationError("--pmis is \(pmis): choose 1 to 100000") }
  }

  func run() throws {
    if let obstacle = VirtualMachine.obstacle() {
      Output.error(obstacle)
      throw ExitCode.failure
    }
    let selection = try PluginOptions.catalogue().select(plugin: plugins.plugin, model: model)
    var run = BuiltInRun()
    run.pmis = pmis
    let guest = GuestRun(
      model: selection.plugin.model, preset: selection.preset, capabilities: HostProbe.run(), run: run, trace: trace)
    Output.result("guest      \(selection.preset.name), \(selection.preset.summary)")
    Output.result("kvm        \(GuestCounting.detect().explanation)")
    let outcome = try VCPUThread.run { Result { try guest.onThisThread() } }
    Output.result(try outcome.get())
  }
}

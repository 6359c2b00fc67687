/// Boots a multiboot kernel on a CPU with a virtual PMU: for people who have PMU tests already.
///
///     swift run --package-path Examples/TestKernel TestKernel FILE [--model M] [--memory MB] [-- ARGS]
///
/// The machine: one CPU, memory from address 0 on, local APIC and I/O APIC, a serial line at 0x3F8 (standard output),
/// the firmware configuration at 0x510, and the exit port at 0xF4.
import Glibc
import KVMGuest
import KVMPMU
import PerfEventHost
import SimulatedHost
import VPMUCore
import VPMULoader
import VPMUModel

/// Exit statuses that are not the kernel's: those are odd.
enum Status {
  static let arguments: Int32 = 2
  static let kernel: Int32 = 4
  static let machine: Int32 = 6
  static let stopped: Int32 = 8
  static let timeLimit: Int32 = 124
}

func run(_ arguments: Arguments) throws -> Int32 {
  if let obstacle = VirtualMachine.obstacle() { throw FileError(description: obstacle) }
  let choice = try PluginCatalogue().select(model: arguments.model)
  let here = HostProbe.run()  // before there is a guest: it maps an event's page for a moment
  let declaration = choice.plugin.declaration
  let machine = try VirtualMachine(models: [declaration], memory: arguments.memory << 20)
  let kernel: MultibootKernel.Loaded
  do { kernel = try load(arguments, into: machine) } catch {
    tell(error is KernelImageError ? "\(arguments.file): \(error)" : "\(error)")
    return Status.kernel
  }
  let counting = GuestCounting.detect()
  var options = VCPUOptions(timeLimit: arguments.timeLimit * 1_000_000_000)
  // What runs natively is interrupted by the overflow itself; else it is looked for.
  if counting == .nestedInSoftware || here.bestHost != .hardware { options.kickInterval = 500_000 }
  options.looksAtCounts = here.bestHost == .softwareClock
  tell("\(choice.preset.name); \(here.bestHostReason); \(counting.explanation)")
  if let source = here.bestHost.source {
    let signal = try OverflowSignal.install(OverflowSignal.range.lowerBound + 1)
    signal.unblockHere()
    let scope: GuestScope = counting == .native ? .virtualMachine : .nestedVirtualMachine
    let host = try PerfEventHost(here, options: PerfEventOptions(source: source, scope: scope, signal: signal))
    return try boot(kernel, on: machine, choice, host, counting, options)
  }
  let limits = HostLimits(gpCounters: 8, fixedCounters: 3, gpWidth: 48, fixedWidth: 48, archEvents: 7)
  return try boot(kernel, on: machine, choice, SimulatedHost(limits: limits), counting, options)
}

/// Loads kernel and modules, and replaces RDPMC.
func load(_ arguments: Arguments, into machine: VirtualMachine) throws -> MultibootKernel.Loaded {
  let kernel = try MultibootKernel(contents(of: arguments.file, limit: machine.memorySize))
  let modules = try arguments.modules.map {
    (bytes: try contents(of: $0.file, limit: machine.memorySize), commandLine: $0.commandLine)
  }
  let memory = UnsafeMutableRawBufferPointer(start: machine.memory, count: machine.memorySize)
  let commandLine = ([arguments.file] + arguments.words).joined(separator: " ")
  let loaded = try kernel.load(into: memory, commandLine: commandLine, modules: modules)
  let (replaced, leftAlone) = kernel.rewriteRDPMC(in: memory, arguments.code)
  func list(_ addresses: [UInt32]) -> String { addresses.map { "0x" + String($0, radix: 16) }.joined(separator: ", ") }
  if !replaced.isEmpty { tell("RDPMC replaced by OUT at \(list(replaced))") }
  if !leftAlone.isEmpty { tell("0F 33, but no instruction, left alone at \(list(leftAlone))") }
  return loaded
}

/// Runs the kernel to its end.
///
/// - Returns: the exit status
func boot<Host: HostEvents>(
  _ kernel: MultibootKernel.Loaded, on machine: VirtualMachine, _ choice: PluginSelection, _ host: Host,
  _ counting: GuestCounting, _ options: VCPUOptions
) throws -> Int32 {
  let (declaration, configuration) = (choice.plugin.declaration, choice.preset.configuration)
  let pmu = try VirtualPMU(model: choice.plugin.model, configuration: configuration, host: host)
  let exitPort = ExitPort()
  let output = SerialOutput(timeLimit: options.timeLimit)
  defer { output.flush() }
  let cpu = try KernelCPU(
    machine, pmu, guest: configuration, vendor: declaration.cpuidVendors[0],
    hookup: HookupOptions(for: declaration, rdpmc: .rewrite(), counting: counting), kernel: kernel,
    devices: [
      SerialPort(output.put),
      FirmwareConfiguration(cpus: 1, memory: UInt64(machine.memorySize)),
    ],
    exitPort: exitPort, options: options)
  do throws(GuestError) {
    _ = try cpu.run()
    return exitPort.status ?? Status.stopped
  } catch {
    output.flush()
    tell("\(error)")
    if case .timeLimit = error { return Status.timeLimit }
    return Status.stopped
  }
}

do {
  exit(try run(Arguments(CommandLine.arguments.dropFirst())))
} catch let error as Arguments.Wrong {
  tell("\(error.description)\n\(Arguments.usage)")
  exit(Status.arguments)
} catch {
  tell("\(error)")
  exit(Status.machine)
}

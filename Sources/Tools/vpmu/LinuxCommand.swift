import ArgumentParser
import Glibc
import LinuxGuest
import VPMUCore

struct LinuxCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "linux", abstract: "Run a command of this machine in a Linux guest in QEMU that has a PMU.",
    discussion: """
      The guest sees this machine's files, read-only, and the working directory, writable; the command has this \
      environment, these standard streams or this terminal. perf and rr are there even if this machine lacks them. \
      `make linux-guest` makes what is needed to run it.

      The exit code is the command's, 128 and the number of a signal that ended it, 124 after the time limit, 125 if the \
      command could not be run, 126 if its file can't be executed, 127 if there is none.
      """)

  @Option(help: "The model of the guest's PMU. Default: intel-v2.")
  var model = "intel-v2"

  @Option(help: "Virtual CPUs, 1 to \(GuestConfiguration.mostVCPUs). Default: 1.")
  var smp = 1

  @Option(help: "A Linux kernel, in place of the one that is found.", completion: .file())
  var kernel: String?

  @Option(help: "The guest's memory in MiB, 256 to 65536. Default: 1024.")
  var memory = 1024

  @Option(help: "Seconds after which the guest is ended, with exit code 124.")
  var timeLimit: Double?

  @Flag(inversion: .prefixedNo, help: "Count each instruction exactly. Default: exact.")
  var exact = true

  @Flag(
    inversion: .prefixedNo,
    help: "Time follows the instructions that the guest executes, so that runs repeat. Default: it does.")
  var icount = true

  @Option(help: "How host events are kept. \(PolicyKind.choices)")
  var policy: PolicyKind?

  @Option(help: "Record the guest's use of its PMU to this file, for `vpmu replay`.", completion: .file())
  var trace: String?

  @Flag(help: "Show what the PMU did, on standard error, after the command has ended.")
  var stats = false

  @Flag(help: "Show the messages of the guest's kernel, on standard error.")
  var dmesg = false

  @Flag(help: "Run the guest without a PMU.")
  var plain = false

  @Argument(parsing: .postTerminator, help: "The command and its arguments, after `--`.")
  var command: [String] = []

  func validate() throws {
    if command.isEmpty { throw ValidationError("name a command after --, as in: vpmu linux -- perf stat true") }
    guard EmulatedCPU.option(forModel: model) != nil else {
      throw ValidationError("--model is \(model): choose one of \(EmulatedCPU.choices)")
    }
    guard (1...GuestConfiguration.mostVCPUs).contains(smp) else {
      throw ValidationError("--smp is \(smp): choose 1 to \(GuestConfiguration.mostVCPUs)")
    }
    guard (256...65536).contains(memory) else { throw ValidationError("--memory is \(memory): choose 256 to 65536") }
    if let timeLimit, !(timeLimit > 0 && timeLimit <= 1e6) {
      throw ValidationError("--time-limit is \(timeLimit): choose more than 0, and up to 1000000 seconds")
    }
    if plain, policy != nil || trace != nil || stats || !exact {
      throw ValidationError("--plain is a guest without a PMU: leave --policy, --trace, --stats and --no-exact out")
    }
  }

  func run() throws {
    let search = GuestSearch.standard
    var configuration = GuestConfiguration()
    configuration.model = model
    configuration.vcpus = smp
    configuration.memory = memory
    configuration.countsInstructions = icount
    configuration.showsKernelMessages = dmesg
    if !plain { configuration.plugin = try plugin(search) }
    let guest = LinuxGuest(
      try GuestCommand.ofThisProcess(count: command.count), try GuestPrograms.find(search, kernel: kernel), search,
      configuration, timeLimit: timeLimit)
    let report = GuestReport(isTerminal: isatty(STDERR_FILENO) != 0, write: Output.write)
    let status = try guest.run(report)
    if status != 0 { throw ExitCode(status) }
  }

  private func plugin(_ search: GuestSearch) throws -> PluginOption {
    var option = PluginOption(file: try search.plugin(), model: model)
    option.policy = policy?.rawValue
    option.isExact = exact
    option.trace = trace.map(HostPath.absolute)
    option.showsStatistics = stats
    return option
  }
}

/// The command line: it composes, and has no logic of its own.
///
/// Results go to standard output, all else to standard error. Exit codes: 0 all is well, 1 it is not, 64 the call's
/// words are off.
import ArgumentParser
import VPMUModel

@main
struct VPMUCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "vpmu", abstract: "A virtual performance-monitoring unit for x86 guests.",
    version: "\(CoreVersion.text)",
    subcommands: [
      BenchCommand.self, RunCommand.self, LinuxCommand.self, ReplayCommand.self, PluginsCommand.self,
      ConformanceCommand.self, DoctorCommand.self, RuleCommand.self,
    ])

  static func main() {
    do {
      var command = try parseAsRoot()
      try command.run()
      try Output.finish()
    } catch {
      exit(withError: Failure.exit(after: error))
    }
  }
}

import ArgumentParser
import VPMUConformance

/// The command that `vpmu conformance` starts for each rule.
struct RuleCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "judge-rule", abstract: "Judge one rule (started by `vpmu conformance`).", shouldDisplay: false)

  @Argument(parsing: .allUnrecognized)
  var words: [String] = []

  func run() throws {
    let code = RuleProcess.main(words)
    if code != 0 { throw ExitCode(code) }
  }
}

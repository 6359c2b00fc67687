import ArgumentParser
import VPMUCore
import VPMULoader
import VPMUTrace

struct ReplayCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "replay", abstract: "Replay traces on the simulated host and compare every answer.",
    discussion: """
      Each mismatch is named with file, line, expected and got. The last line is `N files, M operations, K mismatches`; \
      the exit code is 0 only if K is 0, N is not, every file could be replayed, and no plugin returned what can't be.
      """)

  @Argument(help: "Traces in JSON Lines.", completion: .file(extensions: ["jsonl"]))
  var files: [String]

  @Option(help: "How host events are kept; may be repeated. \(PolicyKind.choices)")
  var policy: [PolicyKind] = [.reuse]

  @OptionGroup var plugins: PluginOptions

  @Flag(help: "Write JSON Lines.")
  var json = false

  func run() throws {
    let model = try plugins.modelForVendor()
    var isClean = true
    for policy in policy {
      if self.policy.count > 1 && !json { Output.result("policy \(policy.rawValue)") }
      let report = ReplayReport(replaying: files, policy: policy, model: model)
      for file in report.files { if let failure = file.failure { Output.error(failure) } }
      Output.result(json ? report.jsonLines : report.text)
      isClean = isClean && report.isClean
    }
    if !isClean { throw ExitCode.failure }
  }
}

extension PolicyKind: ExpressibleByArgument {
  static var choices: String { "One of " + allCases.map(\.rawValue).joined(separator: ", ") + "." }
}

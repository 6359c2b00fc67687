import Foundation
import VPMUConformance

/// Judges with the built `vpmu`, as the command line does.
enum Judge {
  /// The directory of the test program, where `vpmu` and the plugins are built.
  static let directory = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()

  static let vectors = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../Vectors").standardized

  static func run(
    _ path: String, stopping: Bool = false, timeLimit: Double = 10, only: Set<String>? = nil
  ) throws -> [RuleResult] {
    var options = RunOptions(path: path)
    options.vectors = vectors.path
    options.stopsAtFirstFailure = stopping
    options.timeLimit = timeLimit
    options.selection = only
    options.width = 2
    let runner = RuleRunner(command: [directory.appending(path: "vpmu").path, "judge-rule"], options: options)
    return try runner.run()
  }
}

extension RuleResult {
  /// For a test's message.
  var text: String { "\(rule.id) \(verdict.word): \(verdict.message ?? "")" }
}

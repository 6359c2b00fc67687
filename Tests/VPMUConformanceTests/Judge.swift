import Foundation
import VPMUConformance

/// Judges with the built `vpmu`, as the command line does.
enum Judge {
  /// The directory of the test program, where `vpmu` and the plugins are built.
  static let directory = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()

  static let vectors = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../Vectors").standardized

  /// The traces for a plugin: the mutants' vendor has its own.
  private static func vectors(for path: String) -> URL {
    path.hasPrefix(CCompiler.directory.path) ? Mutant.sources.appending(path: "Vectors") : vectors
  }

  static func run(
    _ path: String, stopping: Bool = false, timeLimit: Double = 10, only: Set<String>? = nil
  ) throws -> [RuleResult] {
    var options = RunOptions(path: path)
    options.vectors = vectors(for: path).path
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

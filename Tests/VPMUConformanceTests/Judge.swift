import Foundation
import VPMUConformance

/// Runs the rules on a plugin, each in a process of its own.
enum Judge {
  /// The directory of the test program, where `vpmu` and the plugins are built.
  static let directory = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()

  static let vectors = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../Vectors").standardized

  /// The traces for a plugin: the mutants' vendor has its own.
  private static func vectors(for path: String) -> URL {
    path.hasPrefix(CCompiler.directory.path) ? Mutant.sources.appending(path: "Vectors") : vectors
  }

  /// The program of a rule's process.
  enum Program: String {
    /// The command-line program.
    case vpmu
    /// The kit without the rest of `vpmu`: it starts in half the time.
    case conformanceJudge = "ConformanceJudge"

    var command: [String] {
      [directory.appending(path: rawValue).path] + (self == .vpmu ? ["judge-rule"] : [])
    }
  }

  static func run(
    _ path: String, by program: Program = .vpmu, stopping: Bool = false, timeLimit: Double = 10,
    only: Set<String>? = nil
  ) throws -> [RuleResult] {
    var options = RunOptions(path: path)
    options.vectors = vectors(for: path).path
    options.stopsAtFirstFailure = stopping
    options.timeLimit = timeLimit
    options.selection = only
    options.width = 2
    let runner = RuleRunner(command: program.command, options: options)
    return try runner.run()
  }
}

extension RuleResult {
  /// For a test's message.
  var text: String { "\(rule.id) \(verdict.word): \(verdict.message ?? "")" }
}

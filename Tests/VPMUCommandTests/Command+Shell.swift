import Foundation

extension Command {
  /// Runs a script with `vpmu` in PATH; the first command that fails ends it, and so do twenty minutes.
  static func shell(
    _ script: String, in directory: URL, environment: [String: String] = [:]
  ) throws -> Command {
    let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
    return try run(
      ["timeout", "1200", "bash", "-e", "-c", script],
      environment: environment.merging(["PATH": "\(Command.directory.path):\(path)"]) { $1 },
      program: URL(filePath: "/usr/bin/env"), in: directory)
  }
}

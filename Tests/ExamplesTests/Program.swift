import Foundation
import TestSupport

/// A program that ran to its end.
struct Program {
  let status: Int32
  let output: String
  let errors: String

  var lines: [Substring] { output.split(separator: "\n") }

  /// Where the test program is, and with it `vpmu`.
  static let directory = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()

  /// The path of a program in PATH, nil if there is none.
  static func find(_ name: String) -> String? {
    (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
      .map { "\($0)/\(name)" }.first { FileManager.default.isExecutableFile(atPath: $0) }
  }

  /// Runs `vpmu` as it was built with the tests.
  static func vpmu(_ arguments: [String], environment: [String: String] = [:]) throws -> Program {
    try run([directory.appending(path: "vpmu").path] + arguments, environment: environment, limit: 120)
  }

  /// Runs a program.
  ///
  /// - Parameters:
  ///   - words: its path, or its name in PATH, then its arguments
  ///   - environment: what differs from this process's
  ///   - limit: seconds after which it is ended
  static func run(_ words: [String], environment: [String: String] = [:], limit: Double) throws -> Program {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = words
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    // Files, not pipes: a full pipe would stop the child.
    let folder = try TemporaryFolder()
    let files = ["output", "errors"].map { folder.url.appending(path: $0) }
    for file in files { try Data().write(to: file) }
    process.standardOutput = try FileHandle(forWritingTo: files[0])
    process.standardError = try FileHandle(forWritingTo: files[1])
    try process.run()
    let end = DispatchWorkItem { process.terminate() }
    DispatchQueue.global().asyncAfter(deadline: .now() + limit, execute: end)
    process.waitUntilExit()
    end.cancel()
    let texts = try files.map { String(decoding: try Data(contentsOf: $0), as: UTF8.self) }
    return Program(status: process.terminationStatus, output: texts[0], errors: texts[1])
  }
}

import Foundation

/// A program that ran to its end.
public struct Program: Sendable {
  /// The exit code; of a program that a signal ended, the signal's number.
  public let status: Int32
  public let output: String
  public let errors: String

  public var lines: [Substring] { output.split(separator: "\n") }

  /// The directory of the test program, where `vpmu` and the plugins are built.
  public static let directory = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()

  /// The path of a program in PATH, nil if there is none.
  public static func find(_ name: String) -> String? {
    (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
      .map { "\($0)/\(name)" }.first { FileManager.default.isExecutableFile(atPath: $0) }
  }

  /// Runs `vpmu` as it was built with the tests.
  public static func vpmu(_ arguments: [String], environment: [String: String] = [:]) throws -> Program {
    try run([directory.appending(path: "vpmu").path] + arguments, environment: environment, limit: 120)
  }

  /// Runs a program.
  ///
  /// - Parameters:
  ///   - words: its path, or its name in PATH, then its arguments
  ///   - environment: what differs from this process's
  ///   - directory: where it runs; nil: where the tests do
  ///   - limit: seconds after which it is ended
  public static func run(
    _ words: [String], environment: [String: String] = [:], in directory: URL? = nil, limit: Double
  ) throws -> Program {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = words
    process.currentDirectoryURL = directory
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

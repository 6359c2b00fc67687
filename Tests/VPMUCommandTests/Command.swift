import CKernelFixtures
import Foundation

/// The built `vpmu`, run as a user would.
struct Command {
  var status: Int32
  var output: String
  var errors: String

  var lines: [Substring] { output.split(separator: "\n") }

  /// The directory of the test program, where `vpmu` and the plugins are built.
  static let directory = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()

  /// A folder of `Tests`.
  static func folder(_ name: String) -> URL {
    URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().appending(path: name)
  }

  /// Runs `vpmu` to its end. With `refusingPerfEvents` in a process where perf_event_open(2) fails with EPERM, as under
  /// a container's seccomp profile.
  ///
  /// - Parameters:
  ///   - program: the built one, or a copy of it
  ///   - directory: where it runs; nil: where the tests do
  static func run(
    _ arguments: [String], environment: [String: String] = [:], refusingPerfEvents: Bool = false,
    program: URL = directory.appending(path: "vpmu"), in directory: URL? = nil
  ) throws -> Command {
    let result = Box<Result<Command, any Error>>()
    // A thread of its own: the filter can't be taken away again, and is inherited by what this thread starts.
    let thread = Thread {
      result.value = Result {
        if refusingPerfEvents, refuse_perf_event_open(EPERM) != 0 { throw CommandError.noFilter }
        return try spawn(program, arguments, environment, directory)
      }
      result.done.signal()
    }
    thread.start()
    result.done.wait()
    guard let value = result.value else { throw CommandError.noFilter }
    return try value.get()
  }

  private static func spawn(
    _ program: URL, _ arguments: [String], _ environment: [String: String], _ directory: URL?
  ) throws -> Command {
    let process = Process()
    process.executableURL = program
    process.arguments = arguments
    process.currentDirectoryURL = directory
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    // Files, not pipes: a full pipe would stop the child.
    let folder = FileManager.default.temporaryDirectory.appending(path: "vpmu-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let files = ["output", "errors"].map { folder.appending(path: $0) }
    for file in files { try Data().write(to: file) }
    process.standardOutput = try FileHandle(forWritingTo: files[0])
    process.standardError = try FileHandle(forWritingTo: files[1])
    try process.run()
    process.waitUntilExit()
    let texts = try files.map { String(decoding: try Data(contentsOf: $0), as: UTF8.self) }
    return Command(status: process.terminationStatus, output: texts[0], errors: texts[1])
  }

  private final class Box<Value>: @unchecked Sendable {
    var value: Value?
    let done = DispatchSemaphore(value: 0)
  }
}

enum CommandError: Error {
  /// The kernel lets this process install no seccomp filter.
  case noFilter
}

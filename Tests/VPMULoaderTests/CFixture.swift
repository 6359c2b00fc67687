import Foundation

/// Plugins that are built from `Fixtures/plugin.c` while the tests run.
struct CFixture {
  /// The C compiler in PATH, nil if there is none.
  static let compiler: String? = ["cc", "clang", "gcc"].lazy.compactMap { name in
    (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
      .map { "\($0)/\(name)" }.first { FileManager.default.isExecutableFile(atPath: $0) }
  }.first

  static let noCompiler = "no C compiler (cc, clang or gcc) in PATH"

  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  /// A directory of its own, removed when the process ends: a library that is loaded must keep its file, or another one
  /// could get its inode and pass for it.
  static let directory: URL = {
    let directory = FileManager.default.temporaryDirectory
      .appendingPathComponent("vpmu-loader-tests-\(ProcessInfo.processInfo.processIdentifier)")
    try? FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    atexit { try? FileManager.default.removeItem(at: CFixture.directory) }
    return directory
  }()

  /// A new, empty directory in it.
  static func newDirectory() throws -> URL {
    let url = directory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    return url
  }

  /// Compiles the fixture and returns the library's path.
  ///
  /// - Parameter definitions: `NAME` or `NAME=value`
  static func build(_ definitions: String..., name: String? = nil, in directory: URL = directory) throws -> String {
    guard let compiler else { throw Failure(description: noCompiler) }
    let here = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    let headers = here.appendingPathComponent("../../Sources/CVPMU/include").standardized.path
    let library = directory.appendingPathComponent(name ?? "\(UUID().uuidString).so").path
    let process = Process()
    process.executableURL = URL(fileURLWithPath: compiler)
    process.arguments =
      ["-shared", "-fPIC", "-O1", "-fvisibility=hidden", "-I", headers, "-o", library]
      + definitions.map { "-D\($0)" } + [here.appendingPathComponent("Fixtures/plugin.c").path]
    let output = Pipe()
    process.standardError = output
    try process.run()
    let text = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw Failure(description: String(decoding: text, as: UTF8.self)) }
    return library
  }

  /// A file with these bytes; its path.
  static func file(_ bytes: [UInt8], name: String? = nil, in directory: URL = directory) throws -> String {
    let url = directory.appendingPathComponent(name ?? "\(UUID().uuidString).so")
    try Data(bytes).write(to: url)
    return url.path
  }

  static func bytes(of path: String) throws -> [UInt8] { [UInt8](try Data(contentsOf: URL(fileURLWithPath: path))) }
}

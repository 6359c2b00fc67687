import Foundation
import VPMULoader

/// Plugins that are built from `Fixtures` while the tests run.
struct CFixture {
  /// The C compiler in PATH, nil if there is none.
  static let compiler: String? = ["cc", "clang", "gcc"].lazy.compactMap { find($0) }.first

  /// The path of a program in PATH, nil if there is none.
  static func find(_ name: String) -> String? {
    (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
      .map { "\($0)/\(name)" }.first { FileManager.default.isExecutableFile(atPath: $0) }
  }

  private static let here = URL(fileURLWithPath: #filePath).deletingLastPathComponent()

  /// The directory of `vpmu_plugin.h`.
  static let headers = here.appendingPathComponent("../../Sources/C/CVPMU/include").standardized.path

  static let noCompiler = "no C compiler (cc, clang or gcc) in PATH"

  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  /// A directory of its own, removed when the process ends: a library that is loaded must keep its file, or another one
  /// could get its inode and pass for it. Where others can write the directory for temporary files, it is beside this
  /// program: plugins there are as trusted as the program is.
  static let directory: URL = {
    let temporary = FileManager.default.temporaryDirectory.resolvingSymlinksInPath()
    let isTrusted = TrustedWriters.ofThisProcess.flawOfDirectories(to: temporary.path + "/directory/plugin.so") == nil
    let program = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    let directory = (isTrusted ? temporary : program.deletingLastPathComponent())
      .appendingPathComponent("vpmu-loader-tests-\(ProcessInfo.processInfo.processIdentifier)")
    try? FileManager.default.createDirectory(
      at: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    atexit { try? FileManager.default.removeItem(at: CFixture.directory) }
    return directory
  }()

  /// A new, empty directory in it.
  static func newDirectory() throws -> URL {
    let url = directory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(
      at: url, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o755])
    return url
  }

  /// Compiles `plugin.c`, or another fixture, and returns the library's path.
  ///
  /// - Parameter definitions: `NAME` or `NAME=value`
  static func build(_ definitions: String..., name: String? = nil, in directory: URL = directory) throws -> String {
    try build("plugin.c", definitions, name: name, in: directory)
  }

  static func build(
    _ source: String, _ definitions: [String], name: String? = nil, in directory: URL = directory
  ) throws -> String {
    guard let compiler else { throw Failure(description: noCompiler) }
    let library = directory.appendingPathComponent(name ?? "\(UUID().uuidString).so").path
    let status = run(
      [compiler, "-shared", "-fPIC", "-O1", "-fvisibility=hidden", "-I", headers, "-o", library]
        + definitions.map { "-D\($0)" } + [here.appendingPathComponent("Fixtures/\(source)").path],
      errors: library + ".errors")
    guard status == 0 else {
      throw Failure(description: String(decoding: try bytes(of: library + ".errors"), as: UTF8.self))
    }
    // Whatever umask these tests run with.
    chmod(library, 0o755)
    return library
  }

  /// Runs a program and waits for it. Not by Foundation's `Process` and pipes: these end the program when a signal
  /// interrupts them, and other tests of the same process send signals.
  ///
  /// - Returns: the status as waitpid(2) gives it, 0 for success
  static func run(_ arguments: [String], errors: String) -> Int32 {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, errors, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    let argv = arguments.map { strdup($0) } + [nil]
    defer { argv.forEach { free($0) } }
    var child: pid_t = 0
    guard posix_spawn(&child, arguments[0], &actions, nil, argv, environ) == 0 else { return -1 }
    var status: Int32 = 0
    while waitpid(child, &status, 0) < 0 { guard errno == EINTR else { return -1 } }
    return status
  }

  /// A file with these bytes; its path.
  static func file(_ bytes: [UInt8], name: String? = nil, in directory: URL = directory) throws -> String {
    let url = directory.appendingPathComponent(name ?? "\(UUID().uuidString).so")
    try Data(bytes).write(to: url)
    return url.path
  }

  static func bytes(of path: String) throws -> [UInt8] { [UInt8](try Data(contentsOf: URL(fileURLWithPath: path))) }
}

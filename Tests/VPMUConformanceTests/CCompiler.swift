import Foundation

/// The C compiler, and the mutants that it builds.
enum CCompiler {
  /// The C compiler in PATH, nil if there is none.
  static let path: String? = ["cc", "clang", "gcc"].lazy.compactMap { name in
    (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
      .map { "\($0)/\(name)" }.first { FileManager.default.isExecutableFile(atPath: $0) }
  }.first

  static let isMissing = "no C compiler (cc, clang or gcc) in PATH"

  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  /// A directory of its own, removed when the process ends.
  static let directory: URL = {
    let directory = FileManager.default.temporaryDirectory
      .appending(path: "vpmu-conformance-tests-\(ProcessInfo.processInfo.processIdentifier)")
    try? FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    atexit { try? FileManager.default.removeItem(at: CCompiler.directory) }
    return directory
  }()

  /// The library of each mutant, by its macro; "" is the conforming plugin.
  static let built: Result<[String: Result<String, Failure>], Failure> = {
    guard let path else { return .failure(Failure(description: isMissing)) }
    var libraries: [String: Result<String, Failure>] = [:]
    var running: [(macro: String, library: String, child: pid_t)] = []
    for mutant in [Mutant.base] + Mutant.all {
      if running.count == 2 {
        let first = running.removeFirst()
        libraries[first.macro] = finish(first.library, first.child)
      }
      let macro = mutant.macro ?? ""
      let library = directory.appending(path: "\(macro.isEmpty ? "base" : macro).so").path
      running.append((macro, library, start(command(path, macro, library), errors: library + ".errors")))
    }
    for last in running { libraries[last.macro] = finish(last.library, last.child) }
    return .success(libraries)
  }()

  /// The conforming plugin with a definition that makes it another one, as conforming.
  static func conforming(_ definition: String) throws(Failure) -> String {
    guard let path else { throw Failure(description: isMissing) }
    let library = directory.appending(path: "conforming-\(definition).so").path
    let child = start(command(path, definition, library), errors: library + ".errors")
    return try finish(library, child).get()
  }

  private static func command(_ compiler: String, _ macro: String, _ library: String) -> [String] {
    let headers = Mutant.sources.appending(path: "../../../Sources/C/CVPMU/include").standardized.path
    let source = Mutant.sources.appending(path: "plugin.c").path
    let definition = macro.isEmpty ? [] : ["-D\(macro)"]
    // The mutant that is no shared library is an object file.
    let kind = macro == "MUTANT_VPMU_ABI_001" ? "-c" : "-shared"
    return [compiler, kind, "-fPIC", "-O1", "-fvisibility=hidden", "-I", headers, "-o", library] + definition
      + [source]
  }

  /// Starts a program. Foundation's `Process` and pipes would end it when a signal interrupts them.
  ///
  /// - Returns: its process, -1 if it can't be started
  static func start(_ arguments: [String], output: String = "/dev/null", errors: String) -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    let flags = O_WRONLY | O_CREAT | O_TRUNC
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, output, flags, 0o600)
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, errors, flags, 0o600)
    let argv = arguments.map { strdup($0) } + [nil]
    defer { argv.forEach { free($0) } }
    var child: pid_t = 0
    return posix_spawn(&child, arguments[0], &actions, nil, argv, environ) == 0 ? child : -1
  }

  /// Waits for its end; its exit code, -1 if there is none.
  static func wait(_ child: pid_t) -> Int32 {
    var status: Int32 = -1
    while child > 0, waitpid(child, &status, 0) < 0, errno == EINTR {}
    return status & 0x7F == 0 ? (status >> 8) & 0xFF : -1
  }

  private static func finish(_ library: String, _ child: pid_t) -> Result<String, Failure> {
    guard wait(child) != 0 else { return .success(library) }
    let text = try? String(contentsOfFile: library + ".errors", encoding: .utf8)
    return .failure(Failure(description: text ?? "the compiler can't be started"))
  }
}

import Foundation
import Testing

/// `vpmu plugins`: where it looks, and what becomes of what it finds.
struct PluginsCommandTests {
  /// A folder with copies of the Intel plugin, for the time of `body`.
  private func withCopies<T>(_ names: String..., body: (URL) throws -> T) throws -> T {
    let folder = FileManager.default.temporaryDirectory.resolvingSymlinksInPath()
      .appending(path: "vpmu-\(UUID().uuidString)")
    try FileManager.default.createDirectory(
      at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o755])
    defer { try? FileManager.default.removeItem(at: folder) }
    for name in names {
      let copy = folder.appending(path: name)
      try FileManager.default.copyItem(at: Command.directory.appending(path: "libVPMUIntel.so"), to: copy)
      chmod(copy.path, 0o755)
    }
    return try body(folder)
  }

  /// The lines that tell of the candidate at `path`. Before the first empty one are the places.
  private func block(of path: String, in output: String) -> String {
    output.components(separatedBy: "\n\n").dropFirst()
      .first { $0.contains(path + "\n") || $0.contains(path + " (") } ?? ""
  }

  @Test("the places searched are listed in their order, also those that are not there")
  func places() throws {
    try withCopies { folder in
      let environment = [
        "VPMU_PLUGIN_PATH": "\(folder.path):/no/such/place", "XDG_DATA_HOME": folder.path, "HOME": "/no/home",
      ]
      let command = try Command.run(["plugins", "list", "--plugin", "./none.so"], environment: environment)
      #expect(command.status == 1 && command.errors.contains("./none.so"))
      let lines = try Command.run(["plugins"], environment: environment).lines.prefix(6)
      let installed = Command.directory.deletingLastPathComponent().path + "/lib/vpmu"
      let expected = [
        ("searched", "in this order:"), ("VPMU_PLUGIN_PATH", folder.path),
        ("VPMU_PLUGIN_PATH", "/no/such/place (not there)"),
        ("user's plugins", folder.path + "/vpmu/plugins (not there)"), ("beside the program", Command.directory.path),
        ("lib/vpmu", installed),
      ]
      for (line, (origin, path)) in zip(lines, expected) {
        #expect(line.trimmingPrefix { $0 == " " }.hasPrefix(origin) && line.contains(path), "\(line), not \(path)")
      }
      #expect(lines.count == expected.count)
    }
  }

  @Test("what the user's data directory holds comes before what is beside the program, which is shadowed by it")
  func userDirectory() throws {
    try withCopies { home in
      let plugins = home.appending(path: ".local/share/vpmu/plugins")
      try FileManager.default.createDirectory(
        at: plugins, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o755])
      let copy = plugins.appending(path: "mine.so")
      let built = Command.directory.appending(path: "libVPMUIntel.so")
      try FileManager.default.copyItem(at: built, to: copy)
      chmod(copy.path, 0o755)
      let command = try Command.run(
        ["plugins"], environment: ["HOME": home.path, "XDG_DATA_HOME": "", "VPMU_PLUGIN_PATH": ""])
      #expect(command.status == 0 && command.errors.isEmpty)
      #expect(block(of: copy.path, in: command.output).contains("(user's plugins)"))
      let shadowed = command.output.components(separatedBy: "\n\n").filter { $0.contains("shadowed") }
      #expect(shadowed.count == 1 && shadowed.first?.contains("by \(copy.path)") == true)
      #expect(shadowed.first?.contains("libVPMUIntel.so (beside the program)") == true)
    }
  }

  @Test("the same id twice in one place is refused, both files named, and the next place's plugin is used")
  func duplicates() throws {
    try withCopies("a.so", "b.so") { folder in
      let command = try Command.run(["plugins"], environment: ["VPMU_PLUGIN_PATH": folder.path])
      #expect(command.status == 0)
      let (first, second) = (folder.path + "/a.so", folder.path + "/b.so")
      for (path, other) in [(first, second), (second, first)] {
        let block = block(of: path, in: command.output)
        #expect(block.contains("refused") && block.contains(other), "\(command.output)")
      }
      #expect(command.output.contains("libVPMUIntel.so (beside the program)"))
      #expect(!command.output.contains("shadowed"))
    }
  }

  @Test("a plugin named by its path is used whatever else has its id")
  func named() throws {
    try withCopies("a.so", "b.so") { folder in
      let trace = Command.folder("Vectors").appending(path: "rule-intel-reuse.jsonl").path
      let path = folder.path + "/a.so"
      let environment = ["VPMU_PLUGIN_PATH": folder.path]
      #expect(try Command.run(["replay", "--plugin", path, trace], environment: environment).status == 0)
      let list = try Command.run(["plugins", "--plugin", path], environment: environment)
      #expect(list.status == 0 && block(of: path, in: list.output).contains("(named)"))
      #expect(!list.output.contains("AuthenticAMD"), "only what is named, and what it shadows")
    }
  }

  @Test(
    "a plugin that others could have written is refused with the command that mends it, or loaded with a warning",
    .enabled(if: !Self.isProgramOpen, "everyone can write this program, so every plugin is trusted"))
  func untrusted() throws {
    try withCopies("open.so") { folder in
      let path = folder.path + "/open.so"
      chmod(path, 0o757)
      let environment = ["VPMU_PLUGIN_PATH": folder.path]
      let mend = "chmod o-w \(path)"
      let listed = try Command.run(["plugins"], environment: environment)
      #expect(listed.status == 0)
      let block = block(of: path, in: listed.output)
      #expect(block.contains("refused") && block.contains(mend) && block.contains("--allow-untrusted-plugins"))
      #expect(listed.output.contains("libVPMUIntel.so (beside the program)") && !listed.output.contains("shadowed"))

      let trace = Command.folder("Vectors").appending(path: "rule-intel-reuse.jsonl").path
      let refused = try Command.run(["replay", "--plugin", path, trace])
      #expect(refused.status != 0 && refused.errors.contains(mend) && refused.output.isEmpty)

      for arguments in [
        ["replay", "--plugin", path, trace], ["plugins"], ["plugins", "list"],
        ["bench", "--replay", trace, "--repeat", "1"],
      ] {
        let allowed = try Command.run(arguments + ["--allow-untrusted-plugins"], environment: environment)
        #expect(allowed.status == 0, "\(arguments): \(allowed.errors)")
        let warnings = allowed.errors.split(separator: "\n").filter { $0.hasPrefix("warning: ") }
        #expect(warnings.count == 1 && warnings.first?.contains(path) == true && warnings.first?.contains(mend) == true)
      }
      chmod(path, 0o755)
      #expect(try Command.run(["replay", "--plugin", path, trace]).status == 0)
    }
  }

  private static var isProgramOpen: Bool {
    var path = "/"
    for part in Command.directory.appending(path: "vpmu").pathComponents {
      path = URL(filePath: path).appending(path: part).path
      var status = stat()
      let isOpen = lstat(path, &status) == 0 && status.st_mode & S_IWOTH != 0
      if isOpen && status.st_mode & S_ISVTX == 0 { return true }
    }
    return false
  }

  @Test("a candidate that is no plugin is listed with the reason")
  func noPlugin() throws {
    try withCopies { folder in
      try Data("not a library".utf8).write(to: folder.appending(path: "libVPMUNothing.so"))
      let command = try Command.run(["plugins"], environment: ["VPMU_PLUGIN_PATH": folder.path])
      #expect(command.status == 0)
      #expect(block(of: folder.path + "/libVPMUNothing.so", in: command.output).contains("refused"))
    }
  }

  /// A copy of the program that runs with another group than its caller's: AT_SECURE. Nil where that can't be had.
  private func raised(in folder: URL) throws -> URL? {
    var groups = [gid_t](repeating: 0, count: 64)
    let own = groups.prefix(Int(max(getgroups(64, &groups), 0))).first { $0 != getegid() }
    guard let other = geteuid() == 0 ? gid_t(getegid() + 1) : own else { return nil }
    let copy = folder.appending(path: "vpmu")
    try FileManager.default.copyItem(at: Command.directory.appending(path: "vpmu"), to: copy)
    var system = statvfs()
    guard chown(copy.path, geteuid(), other) == 0, chmod(copy.path, 0o2755) == 0,
      statvfs(copy.path, &system) == 0, system.f_flag & UInt(ST_NOSUID) == 0
    else { return nil }
    // The dynamic linker, too, no longer looks where the caller says.
    return try Command.run(["--version"], program: copy).status == 0 ? copy : nil
  }

  @Test("with raised rights the environment chooses nothing")
  func raisedRights() throws {
    try withCopies("x.so") { folder in
      guard let program = try raised(in: folder) else {
        try Test.cancel("no program with raised rights can be run here")
      }
      let environment = ["VPMU_PLUGIN_PATH": "/somewhere", "XDG_DATA_HOME": "/data", "HOME": "/home/me"]
      let command = try Command.run(["plugins"], environment: environment, program: program)
      #expect(command.status == 0, "\(command.errors)")
      #expect(!command.output.contains("VPMU_PLUGIN_PATH") && !command.output.contains("user's plugins"))
      #expect(command.output.contains("beside the program  \(folder.path)\n"))
      #expect(block(of: folder.path + "/x.so", in: command.output).contains("intel-v2"))
    }
  }
}

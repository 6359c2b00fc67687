import Foundation
import TestSupport
import Testing

@Suite(
  "make install",
  .enabled(if: BuiltLibraries.areBuilt, "the first build takes minutes: tested in release only"))
struct InstallTests {
  private static let repository = BuiltLibraries.repository

  private func succeed(_ words: [String], environment: [String: String] = [:]) throws -> String {
    let program = try Program.run(words, environment: environment, limit: 1800)
    #expect(program.status == 0, "\(words.joined(separator: " "))\n\(program.output)\n\(program.errors)")
    return program.output
  }

  @Test("into an empty folder gives a program, plugins and a library that work, and uninstall leaves no file")
  func life() throws {
    let folder = try TemporaryFolder()
    // The environment's places would be found first.
    let clean = ["VPMU_PLUGIN_PATH": "", "XDG_DATA_HOME": folder.path("none")]
    let make = ["make", "-C", Self.repository.path, "DESTDIR=\(folder.url.path)", "PREFIX=/opt/vpmu"]
    _ = try succeed(make + ["install"])
    let installed = folder.path("opt/vpmu")

    let program = SharedLibrary(path: installed + "/bin/vpmu")
    #expect(try program.needed.filter { $0.contains("swift") } == [])
    #expect(try program.searched.filter { $0.hasPrefix("/") } == [])
    let list = try succeed([program.path, "plugins", "list"], environment: clean)
    for plugin in ["libVPMUIntel.so", "libVPMUAMD.so"] {
      #expect(list.contains("\(installed)/lib/vpmu/\(plugin)"), "\(list)")
      let rules = try succeed(
        [
          program.path, "conformance", "\(installed)/lib/vpmu/\(plugin)", "--vectors",
          Self.repository.appending(path: "Tests/Vectors").path,
        ], environment: clean)
      #expect(rules.contains(/[0-9]+ rules: [0-9]+ passed, 0 failed, 0 warnings/), "\(rules)")
    }
    try buildClient(installed, in: folder, environment: clean)

    _ = try succeed(make + ["uninstall"])
    let rest = try FileManager.default.subpathsOfDirectory(atPath: folder.path("opt")).filter { path in
      var isDirectory: ObjCBool = false
      let full = folder.path("opt/" + path)
      return !FileManager.default.fileExists(atPath: full, isDirectory: &isDirectory) || !isDirectory.boolValue
    }
    #expect(rest == [])
  }

  private func buildClient(
    _ installed: String, in folder: TemporaryFolder, environment: [String: String]
  ) throws {
    guard Program.find("pkg-config") != nil else { return }
    let paths = ["PKG_CONFIG_PATH": installed + "/lib/pkgconfig", "PKG_CONFIG_SYSROOT_DIR": folder.url.path]
    let flags = try succeed(["pkg-config", "--cflags", "--libs", "vpmu"], environment: paths)
      .split { $0 == " " || $0 == "\n" }.map(String.init)
    let source = Self.repository.appending(path: "Examples/EmbedC/embed.c").path
    _ = try succeed(["cc", source, "-o", folder.path("embed")] + flags)
    let output = try succeed(
      [folder.path("embed")], environment: environment.merging(["LD_LIBRARY_PATH": installed + "/lib"]) { $1 })
    #expect(output.contains("PMI: status 0x1, counter 0"), "\(output)")
  }

  @Test("has a manual page for each command")
  func manuals() throws {
    let pages = try FileManager.default.contentsOfDirectory(
      atPath: Self.repository.appending(path: "Sources/Tools/vpmu/Manual").path)
    let help = try Program.vpmu(["help"]).output
    let commands = help.matches(of: /(?m)^  (?<name>[a-z][a-z-]*)  +[A-Z]/).map { String($0.name) }
    #expect(commands.count >= 5, "\(help)")
    for command in commands where command != "help" {
      #expect(pages.contains("vpmu-\(command).1"), "make manual writes the page of \(command)")
    }
  }
}

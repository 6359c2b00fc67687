import Foundation
import TestSupport
import Testing

/// Programs that are built as a user of an installed library builds them.
@Suite(
  "A client of libvpmu",
  .enabled(if: BuiltLibraries.areBuilt, "the first build takes minutes: tested in release only"))
struct ClientTests {
  private static let repository = BuiltLibraries.repository
  private static let include = repository.appending(path: "Sources/C/CLibVPMU/include").path
  private static let pluginInclude = repository.appending(path: "Sources/C/CVPMU/include").path

  private func succeed(_ words: [String], environment: [String: String] = [:]) throws -> String {
    let program = try Program.run(words, environment: environment, limit: 300)
    #expect(program.status == 0, "\(words.joined(separator: " "))\n\(program.output)\n\(program.errors)")
    return program.output
  }

  private func directory() throws -> String {
    URL(filePath: try BuiltLibraries.library("libvpmu.so.1").path).deletingLastPathComponent().path
  }

  @Test(
    "in C gets a PMI at the overflow, by the shared library and by the archive",
    .enabled(if: Program.find("cc") != nil, "there is no C compiler: apt-get install gcc"))
  func embedC() throws {
    let folder = try TemporaryFolder()
    let libraries = try directory()
    let source = Self.repository.appending(path: "Examples/EmbedC/embed.c").path
    let flags = ["-std=c11", "-Wall", "-Wextra", "-Werror", "-I", Self.include]
    _ = try succeed(["cc"] + flags + [source, "-o", folder.path("shared"), "-L", libraries, "-lvpmu"])
    _ = try succeed(
      ["cc"] + flags + [source, "-o", folder.path("static"), libraries + "/libvpmu.a", "-lm", "-ldl", "-lpthread"])
    for name in ["shared", "static"] {
      let output = try succeed(
        [folder.path(name)], environment: ["LD_LIBRARY_PATH": libraries, "VPMU_PLUGIN_PATH": libraries])
      #expect(
        output == """
          reserved bit: #GP
          PMI: status 0x1, counter 0
          counter 0: 1500, counts the guest's event

          """, "\(name)")
    }
  }

  @Test("in C is at most 80 lines")
  func embedCLines() throws {
    let source = Self.repository.appending(path: "Examples/EmbedC/embed.c")
    #expect(try String(contentsOf: source, encoding: .utf8).split(separator: "\n").count <= 80)
  }

  @Test(
    "in Rust gets a PMI at the overflow",
    .enabled(if: Program.find("rustc") != nil, "rustc is missing: apt-get install rustc"))
  func embedRust() throws {
    let folder = try TemporaryFolder()
    let libraries = try directory()
    let source = Self.repository.appending(path: "Examples/EmbedRust/embed.rs").path
    _ = try succeed(["rustc", "-D", "warnings", "-L", libraries, source, "-o", folder.path("embed")])
    let output = try succeed([folder.path("embed")], environment: ["LD_LIBRARY_PATH": libraries])
    #expect(output.contains("PMI: status Done(1), counter Done(0)"), "\(output)")
    #expect(output.contains("counter 0: Done(1500)"), "\(output)")
  }

  @Test(
    "compiles with the header alone, in each dialect",
    arguments: ["cc -std=c99", "cc -std=c11", "cc -std=c17", "c++ -x c++ -std=c++11", "c++ -x c++ -std=c++17"],
    ["", "clang"])
  func dialects(command: String, family: String) throws {
    var words = command.split(separator: " ").map(String.init)
    if family == "clang" { words[0] = words[0] == "cc" ? "clang" : "clang++" }
    guard Program.find(words[0]) != nil else { return }
    let folder = try TemporaryFolder()
    let source = Self.repository.appending(path: "Tests/LibVPMUTests/C/layout.c").path
    _ = try succeed(
      words + ["-Wall", "-Wextra", "-pedantic", "-Werror", "-Wno-nullability-extension", "-I", Self.include]
        + ["-I", Self.pluginInclude, "-c", source, "-o", folder.path("layout.o")])
  }

  @Test("lists each function of the header, and the header no other one")
  func listed() throws {
    let header = try String(contentsOfFile: Self.include + "/vpmu.h", encoding: .utf8)
    let declared = Set(header.matches(of: /VPMU_API [^;(]*?(?<name>vpmu_\w+)\(/).map { String($0.name) })
    #expect(declared.count > 40)
    #expect(try BuiltLibraries.listed == declared)
  }
}

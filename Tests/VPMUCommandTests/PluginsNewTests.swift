import Foundation
import TestSupport
import Testing

@Suite("vpmu plugins new")
struct PluginsNewTests {
  @Test(
    "writes a plugin in C that does all that its README says, with whichever compiler",
    arguments: ["cc", "gcc", "clang"])
  func inC(compiler: String) throws {
    guard try Command.shell("command -v \(compiler)", in: Command.directory).status == 0 else {
      try Test.cancel("there is no \(compiler) in PATH")
    }
    try follow(
      readmeOf: ["zebra", "--lang", "c", "--vendor", " Stripes CPU", "--id", "com.example.stripes.zebra"],
      environment: ["CC": compiler, "CFLAGS": "-O2 -Werror"], library: "build/libVPMUZebra.so")
  }

  @Test(
    "writes a plugin in Swift that does all that its README says",
    .enabled(if: isRelease, "its first build takes minutes: tested in release only"))
  func inSwift() throws {
    let package = Command.folder("..").path
    try follow(
      readmeOf: [
        "zebra", "--lang", "swift", "--path", package, "--vendor", " Stripes CPU", "--id", "com.example.stripes.zebra",
      ], library: ".build/release/libVPMUZebra.so")
  }

  private static let isRelease: Bool = {
    #if DEBUG
      false
    #else
      true
    #endif
  }()

  @Test("finds the package that vpmu was built in, or the one around the working directory")
  func package() throws {
    let folder = try TemporaryFolder()
    try FileManager.default.createDirectory(
      at: folder.url.appending(path: "Sources/PMU/VPMUPluginKit"), withIntermediateDirectories: true)
    try Data().write(to: folder.url.appending(path: "Package.swift"))
    let program = folder.url.appending(path: "vpmu")
    try FileManager.default.copyItem(at: Command.directory.appending(path: "vpmu"), to: program)
    let command = try Command.run(["plugins", "new", "zebra", "--lang", "swift"], program: program, in: folder.url)
    #expect(command.status == 0, "\(command.errors)")
    let manifest = try String(contentsOf: folder.url.appending(path: "zebra/Package.swift"), encoding: .utf8)
    #expect(manifest.contains("path: \"\(folder.url.path)\""), "\(manifest)")
  }

  @Test("overwrites nothing")
  func exists() throws {
    let folder = try TemporaryFolder()
    let words = ["plugins", "new", "zebra", "--lang", "c"]
    #expect(try Command.run(words, in: folder.url).status == 0)
    let makefile = folder.url.appending(path: "zebra/Makefile")
    try Data("mine".utf8).write(to: makefile)
    let command = try Command.run(words, in: folder.url)
    #expect(command.status == 1 && command.errors.contains("zebra is there already") && command.output.isEmpty)
    #expect(try String(contentsOf: makefile, encoding: .utf8) == "mine")
  }

  /// Makes the plugin "zebra" in a new directory, and runs the commands of its README there, in one shell, which
  /// make `library`.
  private func follow(readmeOf words: [String], environment: [String: String] = [:], library: String) throws {
    let folder = try TemporaryFolder()
    let new = try Command.run(["plugins", "new"] + words, in: folder.url)
    #expect(new.status == 0, "\(new.errors)")
    let directory = folder.url.appending(path: "zebra")
    let readme = try String(contentsOf: directory.appending(path: "README.md"), encoding: .utf8)
    let commands = try #require(readme.firstMatch(of: /(?s)```sh\n(.+?)```/)).1
    let followed = try Command.shell(String(commands), in: directory, environment: environment)
    #expect(followed.status == 0, "\(followed.output)\n\(followed.errors)")
    #expect(followed.output.contains(/\n[0-9]+ rules: [0-9]+ passed, 0 failed, 0 warnings/), "\(followed.output)")
    for text in ["com.example.stripes.zebra", "\" Stripes CPU\"", "libVPMUZebra.so", "zebra zebra-basic, one-gp"] {
      #expect(followed.output.contains(text), "\(text) in \(followed.output)")
    }
    let built = SharedLibrary(path: directory.appending(path: library).path)
    #expect(try built.traces(exporting: ["vpmu_plugin_entry_v1"]).isEmpty)
  }
}

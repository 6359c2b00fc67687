import Foundation
import TestSupport
import Testing

@Suite(
  "A library that is built by make lib",
  .enabled(if: BuiltLibraries.areBuilt, "the first build takes minutes: tested in release only"))
struct SharedLibraryTests {
  @Test("needs the C library only and exports the plugin's entry", arguments: ["libVPMUIntel.so", "libVPMUAMD.so"])
  func plugins(name: String) throws {
    let library = try BuiltLibraries.library(name)
    #expect(try library.traces(exporting: ["vpmu_plugin_entry_v1"]).isEmpty)
    #expect(try library.searched.isEmpty)
  }

  @Test("needs the C library only and exports the functions of its list, all of one version")
  func libvpmu() throws {
    let library = try BuiltLibraries.library("libvpmu.so.1")
    let listed = try BuiltLibraries.listed
    #expect(!listed.isEmpty)
    #expect(try library.traces(exporting: Set(listed.map { "\($0)@@VPMU_1.0" })).isEmpty)
    #expect(try library.searched.isEmpty)
    #expect(try library.soname == "libvpmu.so.1")
  }

  @Test("as an archive defines the functions of its list, so that two of them in one program do not meet")
  func archive() throws { #expect(try BuiltLibraries.library("libvpmu.a").global == BuiltLibraries.listed) }

  @Test("is a plugin that passes all rules", arguments: ["libVPMUIntel.so", "libVPMUAMD.so"])
  func rules(name: String) throws {
    let vectors = BuiltLibraries.repository.appending(path: "Tests/Vectors").path
    let words = ["conformance", try BuiltLibraries.library(name).path, "--vectors", vectors]
    let command = try Program.vpmu(words)
    #expect(command.status == 0, "\(command.output)\n\(command.errors)")
    #expect(command.output.contains(/\n[0-9]+ rules: [0-9]+ passed, 0 failed, 0 warnings/), "\(command.output)")
  }

  @Test(
    "is a plugin that answers each recorded trace as it was recorded",
    arguments: ["recreate", "reuse-keep", "reuse", "adaptive"])
  func vectors(policy: String) throws {
    let folder = BuiltLibraries.repository.appending(path: "Tests/Vectors")
    let files = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".jsonl") }
    #expect(!files.isEmpty)
    let plugins = try URL(filePath: BuiltLibraries.library("libVPMUIntel.so").path).deletingLastPathComponent().path
    let command = try Program.vpmu(
      ["replay", "--policy", policy] + files.sorted().map { folder.appending(path: $0).path },
      environment: ["VPMU_PLUGIN_PATH": plugins])
    #expect(command.status == 0, "\(command.output)\n\(command.errors)")
    #expect(command.output.contains("\(files.count) files, "), "\(command.output)")
    #expect(command.output.contains(" 0 mismatches"), "\(command.output)")
  }
}

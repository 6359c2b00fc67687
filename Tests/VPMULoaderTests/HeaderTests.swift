import Foundation
import TestSupport
import Testing
import VPMUCore
import VPMULoader

@Suite("vpmu_plugin.h, with nothing else")
struct HeaderTests {
  /// A compiler, the language standard, and the file's extension.
  static let dialects: [(compiler: String, standard: String, extension: String)] =
    ["gcc", "clang"].flatMap { compiler in ["c99", "c11", "c17"].map { (compiler, $0, "c") } }
    + ["g++", "clang++"].flatMap { compiler in ["c++11", "c++17"].map { (compiler, $0, "cpp") } }

  /// The plugin in the header's first comment.
  static func example() throws -> String {
    let header = String(decoding: try CFixture.bytes(of: CFixture.headers + "/vpmu_plugin.h"), as: UTF8.self)
    let lines = header.split(separator: "\n", omittingEmptySubsequences: false)
    let begin = try #require(lines.firstIndex { $0.hasSuffix("#include \"vpmu_plugin.h\"") })
    let end = try #require(lines.firstIndex { $0.hasSuffix("VPMU_EXPORT(info)") })
    return lines[begin...end].map { $0.dropFirst(" *".count) }.joined(separator: "\n") + "\n"
  }

  @Test("the plugin in its first comment is one", .enabled(if: CFixture.compiler != nil, "\(CFixture.noCompiler)"))
  func exampleLoads() throws {
    let directory = try CFixture.newDirectory()
    let source = try CFixture.file([UInt8](try Self.example().utf8), name: "acme.c", in: directory)
    let library = directory.appendingPathComponent("libVPMUAcme.so").path
    let words = [try #require(CFixture.compiler), "-O2", "-shared", "-fPIC", "-fvisibility=hidden", "-o", library]
    #expect(CFixture.run(words + ["-I", CFixture.headers, source], errors: source + ".errors") == 0)
    chmod(library, 0o755)
    let plugin = try Plugin.load(library)
    #expect(plugin.declaration.name == "acme" && plugin.declaration.events.first?.name == "INST_RETIRED.ANY")
    let configuration = plugin.declaration.presets[0].configuration
    let vpmu = try GuestMachine(plugin.model, configuration, Reuse()).vpmu
    #expect(Array(vpmu.existingCounters).count == 4)
  }

  @Test("compiles in each dialect of C and C++ without a warning", arguments: dialects)
  func compiles(compiler: String, standard: String, extension: String) throws {
    guard let compiler = CFixture.find(compiler) else { try Test.cancel("there is no \(compiler) in PATH") }
    let directory = try CFixture.newDirectory()
    let text = `extension` == "c" ? try Self.example() : "#include \"vpmu_plugin.h\"\nVPMU_DECLARE_IDENTITY;\n"
    let source = try CFixture.file([UInt8](text.utf8), name: "plugin.\(`extension`)", in: directory)
    let errors = source + ".errors"
    // The example uses no more than it shows.
    let warnings = ["-Wall", "-Wextra", "-Wno-unused-parameter", "-pedantic", "-Werror"]
    let words = [compiler, "-std=\(standard)", "-fsyntax-only"] + warnings
    let status = CFixture.run(words + ["-I", CFixture.headers, source], errors: errors)
    let said = String(decoding: try CFixture.bytes(of: errors), as: UTF8.self)
    #expect(status == 0, "\(said)")
  }
}

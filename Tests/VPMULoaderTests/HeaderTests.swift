import Testing

@Suite("vpmu_plugin.h, with nothing else")
struct HeaderTests {
  /// A compiler, the language it is told, and the file's extension.
  static let dialects: [(compiler: String, standard: String, extension: String)] =
    ["gcc", "clang"].flatMap { compiler in ["c99", "c11", "c17"].map { (compiler, $0, "c") } }
    + ["g++", "clang++"].flatMap { compiler in ["c++11", "c++17"].map { (compiler, $0, "cpp") } }

  @Test("compiles in each dialect of C and C++ without a warning", arguments: dialects)
  func compiles(compiler: String, standard: String, extension: String) throws {
    guard let compiler = CFixture.find(compiler) else { try Test.cancel("there is no \(compiler) in PATH") }
    let directory = try CFixture.newDirectory()
    let text = "#include \"vpmu_plugin.h\"\nVPMU_DECLARE_IDENTITY;\n"
    let source = try CFixture.file([UInt8](text.utf8), name: "plugin.\(`extension`)", in: directory)
    let errors = source + ".errors"
    let words = [compiler, "-std=\(standard)", "-Wall", "-Wextra", "-pedantic", "-Werror", "-fsyntax-only"]
    let status = CFixture.run(words + ["-I", CFixture.headers, source], errors: errors)
    let said = String(decoding: try CFixture.bytes(of: errors), as: UTF8.self)
    #expect(status == 0, "\(said)")
  }
}

import Testing
import VPMUConformance

@Suite("A plugin that is right")
struct GoodPluginTests {
  @Test("passes every rule, built from C", .enabled(if: CCompiler.path != nil, "\(CCompiler.isMissing)"))
  func mutantBase() throws { try expectConforming(Mutant.base.library()) }

  @Test(
    "passes every rule, however wide its counters are", .enabled(if: CCompiler.path != nil, "\(CCompiler.isMissing)"),
    arguments: [1, 2, 8, 63])
  func widths(width: Int) throws {
    // The recorded traces are of its own width.
    let rules = RuleBook.all.filter { $0.group != .vec }.map(\.id)
    try expectConforming(CCompiler.right(width: width), only: Set(rules))
  }

  @Test("passes every rule: those of the vendors", arguments: ["libVPMUIntel.so", "libVPMUAMD.so"])
  func vendors(name: String) throws { try expectConforming(Judge.directory.appending(path: name).path) }

  private func expectConforming(_ path: String, only: Set<String>? = nil) throws {
    let results = try Judge.run(path, only: only)
    #expect(results.count == only?.count ?? RuleBook.all.count)
    for result in results where result.verdict.isFailure { Issue.record("\(result.text)") }
  }
}

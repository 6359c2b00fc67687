import Testing
import VPMUConformance

@Suite("A plugin that is right")
struct GoodPluginTests {
  @Test("passes every rule, built from C", .enabled(if: CCompiler.path != nil, "\(CCompiler.isMissing)"))
  func mutantBase() throws { try expectConforming(Mutant.base.library()) }

  @Test("passes every rule: those of the vendors", arguments: ["libVPMUIntel.so", "libVPMUAMD.so"])
  func vendors(name: String) throws { try expectConforming(Judge.directory.appending(path: name).path) }

  private func expectConforming(_ path: String) throws {
    let results = try Judge.run(path)
    #expect(results.count == RuleBook.all.count)
    for result in results where result.verdict.isFailure { Issue.record("\(result.text)") }
  }
}

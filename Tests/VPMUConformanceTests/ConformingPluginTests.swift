import Testing
import VPMUConformance

@Suite("A conforming plugin")
struct ConformingPluginTests {
  @Test(
    "The mutants' base, a plugin in C, passes every rule", .enabled(if: CCompiler.path != nil, "\(CCompiler.isMissing)")
  )
  func mutantBase() throws { try expectConforming(Mutant.base.library()) }

  @Test(
    "A plugin passes every rule however wide its counters are",
    .enabled(if: CCompiler.path != nil, "\(CCompiler.isMissing)"),
    arguments: [1, 2, 8, 63])
  func widths(width: Int) throws {
    try expectConforming(CCompiler.conforming("WIDTH=\(width)"), only: Self.withoutTraces)
  }

  @Test(
    "A plugin of tables and refresh passes every rule, but for the one about [hot] callbacks, which it has none of",
    .enabled(if: CCompiler.path != nil, "\(CCompiler.isMissing)"))
  func tablesOnly() throws {
    let plugin = try CCompiler.conforming("TABLES_ONLY")
    try expectConforming(plugin, only: Self.withoutTraces)
    let results = try Judge.run(plugin, only: ["VPMU-ABI-020"])
    #expect(results.last?.verdict == .skipped("the plugin has no [hot] callback: its tables answer every access"))
  }

  /// The recorded traces are of the plugin's own width and registers.
  private static let withoutTraces = Set(RuleBook.all.filter { $0.group != .vec }.map(\.id))

  @Test("The plugins of the vendors pass every rule", arguments: ["libVPMUIntel.so", "libVPMUAMD.so"])
  func vendors(name: String) throws { try expectConforming(Judge.directory.appending(path: name).path) }

  private func expectConforming(_ path: String, only: Set<String>? = nil) throws {
    let results = try Judge.run(path, only: only)
    #expect(results.count == only?.count ?? RuleBook.all.count)
    for result in results where result.verdict.isFailure { Issue.record("\(result.text)") }
  }
}

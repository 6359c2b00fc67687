import Foundation
import Testing
import VPMUConformance
import VPMUTrace

@Suite("vpmu conformance", .enabled(if: CCompiler.path != nil, "\(CCompiler.isMissing)"))
struct CommandTests {
  private let broken = Mutant(macro: "MUTANT_VPMU_MSR_010")

  private func objects(_ program: Program) throws -> [[String: Any]] {
    try program.lines.map {
      try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
    }
  }

  @Test("ends with 0 for a plugin that is right: one line a rule, and the numbers")
  func conforms() throws {
    let program = try Program.vpmu("conformance", Mutant.base.library())
    #expect(program.status == 0)
    #expect(program.lines.prefix(RuleBook.all.count).map { String($0.prefix(12)) } == RuleBook.all.map(\.id))
    #expect(program.lines.last?.hasPrefix("\(RuleBook.all.count) rules: ") ?? false)
    #expect(program.lines.last?.contains(" 0 failed, 0 warnings, ") ?? false)
    #expect(program.errors.isEmpty)
  }

  @Test("takes the name of a plugin that is found, and one model of it")
  func byName() throws {
    let program = try Program.vpmu("conformance", "amd", "--model", "amd-k7", "--only", "TAB-00[12]")
    #expect(program.status == 0)
    #expect(program.lines.last == "2 rules: 2 passed, 0 failed, 0 warnings, 0 skipped")
    let unknown = try Program.vpmu("conformance", "amd", "--model", "amd-k99")
    #expect(unknown.status == 64)
    #expect(unknown.output.isEmpty)
    #expect(unknown.errors.contains("amd-k7"))
  }

  @Test(
    "says where nothing is, and nothing else, and what to do",
    arguments: [("./no-such-plugin", "check the path"), ("no-such-plugin", "name one by its path")])
  func nothingThere(plugin: String, hint: String) throws {
    let program = try Program.vpmu("conformance", plugin, "--only", "MSR")
    #expect(program.status == 1)
    #expect(program.output.isEmpty)
    #expect(program.errors.hasPrefix("error: ") && program.errors.hasSuffix("\n"))
    #expect(program.errors.count(where: \.isNewline) == 1)
    #expect(program.errors.contains("no-such-plugin") && program.errors.contains(hint))
  }

  @Test("judges a plugin that is not there for programs, and its first rule fails")
  func notThere() throws {
    let program = try Program.vpmu("conformance", "no-such-plugin", "--json")
    #expect(program.status == 1)
    let results = try objects(program)
    #expect(results.first?["verdict"] as? String == "failed")
    #expect(results.dropFirst().allSatisfy { $0["verdict"] as? String == "skipped" })
  }

  @Test("does not run the code of a file that others could have written, unless it is told to")
  func untrusted() throws {
    let file = CCompiler.directory.appending(path: "\(UUID().uuidString).so").path
    try FileManager.default.copyItem(atPath: Mutant.base.library(), toPath: file)
    #expect(chmod(file, 0o666) == 0)
    // Where everyone could have written this program, nobody is a stranger.
    // Whoever may write the program is trusted with its plugins.
    guard try Program.vpmu("plugins", "--plugin", file).status != 0 else {
      try Test.cancel("everyone may write this program")
    }
    let program = try Program.vpmu("conformance", file)
    #expect(program.status == 1)
    #expect(program.output.isEmpty)
    #expect(program.errors.contains("chmod") && program.errors.contains("--allow-untrusted-plugins"))
    let allowed = try Program.vpmu("conformance", file, "--only", "TAB-002", "--allow-untrusted-plugins")
    #expect(allowed.status == 0)
    #expect(allowed.errors.hasPrefix("warning: plugin \(file)"))
  }

  @Test("shows a failure with its consequence, its reference, and a trace that `vpmu replay` shows it with")
  func failure() throws {
    let program = try Program.vpmu("conformance", broken.library(), "--only", "MSR-010")
    #expect(program.status == 1)
    let rule = try #require(RuleBook.rule("VPMU-MSR-010"))
    #expect(program.output.contains(rule.consequence) && program.output.contains(rule.reference))
    let trace = program.lines.filter { $0.hasPrefix("{\"op\"") }
    #expect(trace.count == 3)
    #expect(program.lines.last == "1 rules: 0 passed, 1 failed, 0 warnings, 0 skipped")
  }

  @Test("writes traces where it is told; each ends with the one answer that differs, and is right for a plugin that is")
  func traces() throws {
    let directory = CCompiler.directory.appending(path: UUID().uuidString).path
    let program = try Program.vpmu(
      "conformance", broken.library(), "--only", "MSR-010", "--json", "--traces", directory)
    let result = try #require(try objects(program).first)
    let file = try #require(result["trace_file"] as? String)
    #expect(file == directory + "/VPMU-MSR-010.jsonl")
    #expect(result["model"] as? String == "mutant-full")
    let last = try Trace(contentsOf: file).steps.count + 1
    let replay = try Program.vpmu("replay", file, "--plugin", broken.library())
    #expect(replay.status == 1)
    #expect(replay.output.contains("\(file):\(last): "))
    #expect(replay.lines.last?.hasSuffix(" 1 mismatches") ?? false)
    let mended = try Program.vpmu("replay", file, "--plugin", Mutant.base.library())
    #expect(mended.status == 0)
  }

  @Test(
    "shows what is right before the answer that differs too, also where the plugin was wrong unseen",
    arguments: ["CNT-001", "CNT-007", "CNT-008"])
  func mended(rule: String) throws {
    let plugin = try Mutant(macro: "MUTANT_VPMU_MSR_015").library()
    let directory = CCompiler.directory.appending(path: UUID().uuidString).path
    let program = try Program.vpmu("conformance", plugin, "--only", rule, "--json", "--traces", directory)
    let file = try #require(try objects(program).compactMap { $0["trace_file"] as? String }.last)
    #expect(file == "\(directory)/VPMU-\(rule).jsonl")
    #expect(try Program.vpmu("replay", file, "--plugin", plugin).lines.last?.hasSuffix(" 1 mismatches") ?? false)
    #expect(try Program.vpmu("replay", file, "--plugin", Mutant.base.library()).status == 0)
  }

  @Test("puts the trace into the result as an array, where no directory is named")
  func jsonTrace() throws {
    let results = try objects(try Program.vpmu("conformance", broken.library(), "--only", "MSR-010", "--json"))
    #expect(
      (results.first?["trace"] as? [[String: Any]])?.map { $0["op"] as? String } == ["configure", "wrmsr", "rdmsr"])
  }

  @Test("lists the rules, for people and for programs")
  func list() throws {
    let program = try Program.vpmu("conformance", "--list")
    #expect(program.status == 0)
    #expect(program.lines.map { String($0.prefix(12)) } == RuleBook.all.map(\.id))
    let rules = try objects(try Program.vpmu("conformance", "--list", "--json", "--only", "TAB"))
    #expect(rules.allSatisfy { ($0["id"] as? String)?.hasPrefix("VPMU-TAB-") ?? false })
    #expect(rules.allSatisfy { $0["sentence"] != nil && $0["prerequisites"] != nil })
  }

  @Test(
    "ends with 64 when its words are off, and says what is right",
    arguments: [
      ([], "--list"), (["x", "--only", "("], "regular expression"), (["x", "--only", "NO-SUCH"], "--list"),
      (["x", "--time-limit", "0"], "3600"), (["x", "--seed", "one"], "seed"),
      (["x", "--vectors", "/no/such/directory"], "not there"), (["x", "--vectors", "/dev/null"], "not there"),
    ])
  func usage(arguments: [String], hint: String) throws {
    let program = try Program.vpmu(["conformance"] + arguments)
    #expect(program.status == 64)
    #expect(program.errors.contains(hint))
    #expect(program.output.isEmpty)
  }
}

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

  @Test("A conforming plugin gives one line for each rule, the sums, and exit code 0")
  func conforms() throws {
    let program = try Program.vpmu("conformance", Mutant.base.library())
    #expect(program.status == 0)
    #expect(program.lines.prefix(RuleBook.all.count).map { String($0.prefix(12)) } == RuleBook.all.map(\.id))
    #expect(program.lines.last?.hasPrefix("\(RuleBook.all.count) rules: ") ?? false)
    #expect(program.lines.last?.contains(" 0 failed, 0 warnings, ") ?? false)
    #expect(program.errors.isEmpty)
  }

  @Test("A plugin can be given by its name, and one of its models by --model")
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
    "A plugin that does not exist is one error message that says how to go on",
    arguments: [("./no-such-plugin", "check the path"), ("no-such-plugin", "name one by its path")])
  func nothingThere(plugin: String, hint: String) throws {
    let program = try Program.vpmu("conformance", plugin, "--only", "MSR")
    #expect(program.status == 1)
    #expect(program.output.isEmpty)
    #expect(program.errors.hasPrefix("error: ") && program.errors.hasSuffix("\n"))
    #expect(program.errors.count(where: \.isNewline) == 1)
    #expect(program.errors.contains("no-such-plugin") && program.errors.contains(hint))
  }

  @Test("With --json the first rule fails for a plugin that does not exist, and the others stand on it")
  func notThere() throws {
    let program = try Program.vpmu("conformance", "no-such-plugin", "--json")
    #expect(program.status == 1)
    let results = try objects(program)
    #expect(results.first?["verdict"] as? String == "failed")
    #expect(results.dropFirst().allSatisfy { $0["verdict"] as? String == "not judged" })
    #expect(results.dropFirst().allSatisfy { $0["stands_on"] as? String == "VPMU-ABI-001" })
    #expect(results.count == RuleBook.all.count)
  }

  @Test("Rules that stand on a failed one are one line, and the exit code is that of a failure")
  func notJudged() throws {
    let plugin = try Mutant(macro: "MUTANT_VPMU_ABI_004").library()
    let program = try Program.vpmu("conformance", plugin, "--only", "ABI-00[1-6]")
    #expect(program.status == 1)
    #expect(
      program.lines.filter { $0.contains("not judged") } == [
        "2 rules that stand on VPMU-ABI-004 were not judged: VPMU-ABI-005 to 006",
        "6 rules: 3 passed, 1 failed, 0 warnings, 0 skipped, 2 not judged",
      ])
    #expect(!program.lines.contains { $0.hasPrefix("VPMU-ABI-005") })
  }

  @Test("A crash in a callback is one result with the callback, its arguments and the rules that were not judged")
  func crash() throws {
    let plugin = try Mutant(macro: "MUTANT_VPMU_ABI_021_CRASHES").library()
    let results = try objects(try Program.vpmu("conformance", plugin, "--json"))
    let crashes = results.filter { $0["verdict"] as? String == "crashed" }
    #expect(crashes.map { $0["id"] as? String } == ["VPMU-ABI-021"])
    #expect(crashes.first?["callback"] as? String == "get_msr")
    #expect(crashes.first?["asked"] as? String == "for MSR 0x1051, by the guest")
    #expect(
      crashes.first?["message"] as? String == "get_msr crashed (SIGSEGV) when asked for MSR 0x1051, by the guest")
    let others = results.filter { $0["verdict"] as? String == "not judged" }
    #expect(others.count > 80 && others.allSatisfy { $0["stands_on"] as? String == "VPMU-ABI-021" })
    #expect(!results.contains { $0["verdict"] as? String == "failed" })
  }

  @Test("The code of a file that others could have written does not run without --allow-untrusted-plugins")
  func untrusted() throws {
    let file = CCompiler.directory.appending(path: "\(UUID().uuidString).so").path
    try FileManager.default.copyItem(atPath: Mutant.base.library(), toPath: file)
    #expect(chmod(file, 0o666) == 0)
    // Users who may write the program are trusted with its plugins.
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

  @Test("A failure is shown with its consequence, its reference, and a trace for `vpmu replay`")
  func failure() throws {
    let program = try Program.vpmu("conformance", broken.library(), "--only", "MSR-010")
    #expect(program.status == 1)
    let rule = try #require(RuleBook.rule("VPMU-MSR-010"))
    #expect(program.output.contains(rule.consequence) && program.output.contains(rule.reference))
    let trace = program.lines.filter { $0.hasPrefix("{\"op\"") }
    #expect(trace.count == 3)
    #expect(program.lines.last == "1 rules: 0 passed, 1 failed, 0 warnings, 0 skipped")
  }

  @Test("--traces writes traces that end with the one answer that differs, and that a conforming plugin answers")
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
    let conforming = try Program.vpmu("replay", file, "--plugin", Mutant.base.library())
    #expect(conforming.status == 0)
  }

  @Test(
    "A trace holds the right answers before the one that differs, even where the plugin was wrong without showing it",
    arguments: ["CNT-001", "CNT-007", "CNT-008"])
  func rightAnswers(rule: String) throws {
    let plugin = try Mutant(macro: "MUTANT_VPMU_MSR_015").library()
    let directory = CCompiler.directory.appending(path: UUID().uuidString).path
    let program = try Program.vpmu("conformance", plugin, "--only", rule, "--json", "--traces", directory)
    let file = try #require(try objects(program).compactMap { $0["trace_file"] as? String }.last)
    #expect(file == "\(directory)/VPMU-\(rule).jsonl")
    #expect(try Program.vpmu("replay", file, "--plugin", plugin).lines.last?.hasSuffix(" 1 mismatches") ?? false)
    #expect(try Program.vpmu("replay", file, "--plugin", Mutant.base.library()).status == 0)
  }

  @Test("With --json and without --traces the result holds the trace as an array")
  func jsonTrace() throws {
    let results = try objects(try Program.vpmu("conformance", broken.library(), "--only", "MSR-010", "--json"))
    #expect(
      (results.first?["trace"] as? [[String: Any]])?.map { $0["op"] as? String } == ["configure", "wrmsr", "rdmsr"])
  }

  @Test("--list prints the rules, as text or as JSON")
  func list() throws {
    let program = try Program.vpmu("conformance", "--list")
    #expect(program.status == 0)
    #expect(program.lines.map { String($0.prefix(12)) } == RuleBook.all.map(\.id))
    let rules = try objects(try Program.vpmu("conformance", "--list", "--json", "--only", "TAB"))
    #expect(rules.allSatisfy { ($0["id"] as? String)?.hasPrefix("VPMU-TAB-") ?? false })
    #expect(rules.allSatisfy { $0["sentence"] != nil && $0["prerequisites"] != nil })
  }

  @Test(
    "Wrong arguments give exit code 64 and a message that says which are right",
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

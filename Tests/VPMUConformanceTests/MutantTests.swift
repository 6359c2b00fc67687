import Testing
import VPMUConformance

@Suite("A plugin that breaks one rule", .enabled(if: CCompiler.path != nil, "\(CCompiler.isMissing)"))
struct MutantTests {
  @Test("fails that rule, and none before it", arguments: Mutant.all)
  func isCaught(_ mutant: Mutant) throws {
    let rule = try #require(RuleBook.rule(mutant.rule), "\(mutant.testDescription) is for no rule")
    let isWarning = rule.severity == .warning
    let results = try Judge.run(
      mutant.library(), by: .conformanceJudge, stopping: true,
      timeLimit: mutant.expectedVerdict == "timed out" ? 2 : 20, only: isWarning ? [rule.id] : nil)
    let last = try #require(results.last { isWarning || $0.verdict.isFailure }, "no rule failed")
    #expect(last.rule.id == rule.id, "\(last.text)")
    #expect(last.verdict.word == (isWarning ? "warning" : mutant.expectedVerdict), "\(last.text)")
    if isWarning { #expect(!results.contains { $0.verdict.isFailure }) }
  }

  @Test("exists for each rule whose violation is a failure, and for each that warns")
  func areComplete() {
    let covered = Set(Mutant.all.map(\.rule))
    #expect(RuleBook.all.map(\.id).filter { !covered.contains($0) } == [])
  }
}

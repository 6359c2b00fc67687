import Testing
import VPMUConformance

@Suite("Mutants", .enabled(if: CCompiler.path != nil, "\(CCompiler.isMissing)"))
struct MutantTests {
  @Test("A mutant fails the rule that it breaks, and none before it", arguments: Mutant.all)
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

  @Test("Every rule has a mutant that breaks it")
  func areComplete() {
    let covered = Set(Mutant.all.map(\.rule))
    #expect(RuleBook.all.map(\.id).filter { !covered.contains($0) } == [])
  }
}

import Testing
import VPMUConformance

/// A random guest performs thousands of operations; the trace of a violation holds the few that lead to it.
@Suite("The trace of a random guest's violation", .enabled(if: CCompiler.path != nil, "\(CCompiler.isMissing)"))
struct EvidenceTests {
  struct Case: CustomTestStringConvertible {
    let rule: String
    /// Operations that are left, at most: none of them can be taken away, but another guest may need fewer.
    let operations: Int
    /// Part of the message.
    let message: String

    var testDescription: String { rule }
  }

  static let cases = [
    Case(rule: "VPMU-THR-001", operations: 4, message: "another fresh virtual CPU"),
    Case(rule: "VPMU-THR-002", operations: 1, message: #"in the same process did {"op":"wrmsr","msr":"0x1050""#),
    Case(rule: "VPMU-THR-004", operations: 2, message: "saved after 1 operations"),
    Case(rule: "VPMU-FUZ-001", operations: 1, message: "status 77"),
    Case(rule: "VPMU-FUZ-002", operations: 1, message: "the shape changed"),
    Case(rule: "VPMU-FUZ-003", operations: 7, message: "a PMI, and nothing was counted"),
    Case(rule: "VPMU-VEC-001", operations: 2, message: "scratch.jsonl:3: rdmsr: value"),
  ]

  @Test("The trace of a violation holds only the operations that lead to it", arguments: cases)
  func isShort(_ one: Case) throws {
    let mutant = Mutant(macro: "MUTANT_" + one.rule.split(separator: "-").joined(separator: "_"))
    let results = try Judge.run(mutant.library(), only: [one.rule])
    let violation = try #require(results.last?.verdict.violation)
    let steps = try #require(violation.trace).steps
    #expect(steps.count <= one.operations, "\(steps.map(\.operation.text))")
    #expect(violation.message.contains(one.message), "\(violation.message)")
  }
}

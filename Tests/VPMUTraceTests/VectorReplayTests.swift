import Testing
import VPMUCore
import VPMUTrace

@Suite struct VectorReplayTests {
  @Test func `All vectors are there`() {
    #expect(Vectors.names.count == 89)
  }

  @Test(arguments: Vectors.names, PolicyKind.allCases)
  func `The guest sees what the vector says`(_ name: String, _ policy: PolicyKind) {
    let report = ReplayReport(replaying: [Vectors.path(name)], policy: policy, model: Vectors.model)
    #expect(report.isClean, "\(report.text)")
    #expect(report.operations > 0)
  }

  @Test(arguments: PolicyKind.allCases)
  func `All vectors together are one report`(_ policy: PolicyKind) {
    var seen = 0
    let report = ReplayReport(
      replaying: Vectors.names.map(Vectors.path), policy: policy, model: Vectors.model, onFile: { _ in seen += 1 })
    #expect(seen == 89)
    #expect(report.summary == "89 files, 32027 operations, 0 mismatches")
    #expect((report.notCompared == 0) == (policy == .reuse))
  }
}

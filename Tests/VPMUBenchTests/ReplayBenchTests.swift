import IntelModel
import Testing
import VPMUBench
import VPMUCore

@Suite struct ReplayBenchTests {
  private func path(_ name: String) -> String {
    "/" + #filePath.split(separator: "/").dropLast(2).joined(separator: "/") + "/Vectors/\(name).jsonl"
  }

  @Test(arguments: PolicyKind.allCases)
  func `Traces replay again and again without a mismatch`(policy: PolicyKind) throws {
    let bench = try ReplayBench([path("perf-intel-multiplex"), path("perf-intel-one-gp")], repeats: 5)
    let results = try bench.measure(policy: policy) { _ in IntelModel() }
    #expect(results.map(\.operations) == [1068, 664])
    for result in results {
      #expect(result.mismatches == 0)
      #expect(result.bestTime > 0)
      #expect(result.bestTime <= result.medianTime)
      #expect(result.bestTime <= result.meanTime)
      #expect(result.json.contains("\"ns_per_op\":"))
    }
  }

  @Test func `A trace that is not there is named`() {
    #expect { _ = try ReplayBench(["/nowhere.jsonl"], repeats: 1) } throws: { "\($0)".contains("/nowhere.jsonl") }
  }

  @Test func `A trace of a model that is not there names both`() throws {
    struct Missing: Error {}
    let bench = try ReplayBench([path("perf-amd-k7-count")], repeats: 1)
    #expect {
      _ = try bench.measure(policy: .reuse) { _ -> IntelModel in throw Missing() }
    } throws: { "\($0)".contains("perf-amd-k7-count") && "\($0)".contains("amd") }
  }
}

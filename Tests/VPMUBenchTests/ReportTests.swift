import Foundation
import GuestPerf
import Testing
import VPMUBench
import VPMUCore

@Suite struct ReportTests {
  private func report() throws -> BenchReport {
    try TestGuest.intelV2.run(BenchOptions(pmis: 8), on: SimulatedBenchHost())
  }

  @Test func `Each JSON line is an object with all keys`() throws {
    let report = try report()
    let lines = BenchJSON.lines(report)
    #expect(lines.count == Usage.allCases.count * PolicyKind.allCases.count)
    for (line, result) in zip(lines, report.results) {
      #expect(!line.contains("\n"))
      let object = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
      for key in ["vendor", "model", "usage", "policy", "host", "guest"] { #expect(object[key] is String, "\(key)") }
      for key in [
        "pmis", "handler_ns_min", "handler_ns_median", "handler_ns_mean", "handler_ns_p99", "created", "reused",
        "released", "held_after", "host_ops_per_pmi", "rotations", "refused", "spurious_pmis", "clock_ns",
      ] { #expect(object[key] is NSNumber, "\(key)") }
      #expect(object["usage"] as? String == result.usage.rawValue)
      #expect(object["policy"] as? String == result.policy.rawValue)
      #expect(object["host"] as? String == "simulated")
      #expect(object["guest"] as? String == "thread")
      // Eight PMIs are no full rotation.
      #expect(object["created_steady"] is NSNumber || result.usage == .multiplex)
      for key in ["syscalls_per_pmi", "interrupts_per_pmi"] { #expect(object[key] is NSNull, "\(key)") }
      for key in ["exits_per_pmi", "exit_ns"] { #expect(object[key] is NSNull, "\(key)") }
      #expect((object["kvm_calls"] as? [String: Any])?.isEmpty == true)
      #expect((object["created"] as? NSNumber)?.uint64Value == result.created)
      let creations = try #require(object["creations"] as? [String: NSNumber])
      #expect(creations.keys.sorted() == CreationCause.allCases.map(\.name).sorted())
      let times = try #require(object["host_ns"] as? [String: Any])
      #expect(times.keys.sorted() == HostOperation.allCases.map(\.name).sorted())
    }
  }

  @Test func `The table has a block for each usage and a line for each policy`() throws {
    let text = BenchTable.text(try report())
    for usage in Usage.allCases { #expect(text.contains("intel intel-v2, \(usage.rawValue) on simulated")) }
    #expect(text.split(separator: "\n").count { $0.hasPrefix("  reuse-keep ") } == 4 * Usage.allCases.count)
    #expect(text.split(separator: "\n").allSatisfy { $0.count <= 160 })
  }
}

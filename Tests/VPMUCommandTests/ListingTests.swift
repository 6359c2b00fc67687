import Foundation
import Testing

struct ListingTests {
  @Test("both plugins are listed with file, ABI, vendors and models")
  func list() throws {
    let command = try Command.run(["plugins"])
    #expect(command.status == 0)
    for word in [
      "libVPMUIntel.so", "libVPMUAMD.so", "ABI          1.", "GenuineIntel", "AuthenticAMD", "intel-v2", "amd-f15h",
    ] {
      #expect(command.output.contains(word), "\(word)")
    }
  }

  @Test("doctor's findings are one JSON object with verdicts and advice")
  func doctor() throws {
    let command = try Command.run(["doctor", "--json"])
    #expect(command.status == 0)
    let object = try JSONSerialization.jsonObject(with: Data(command.output.utf8)) as? [String: Any]
    #expect((object?["reason"] as? String)?.isEmpty == false)
    let findings = try #require(object?["findings"] as? [[String: Any]])
    #expect(findings.contains { $0["name"] as? String == "kernel.perf_event_paranoid" })
    for finding in findings where finding["verdict"] as? String == "shortfall" { #expect(finding["advice"] != nil) }
  }
}

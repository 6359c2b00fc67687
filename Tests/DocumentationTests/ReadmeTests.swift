import Foundation
import PerfEventHost
import Testing
import VPMUCore

struct ReadmeTests {
  private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
  private static let root = folder.deletingLastPathComponent().deletingLastPathComponent()

  private func text(_ path: String) throws -> String {
    try String(contentsOf: Self.root.appending(path: path), encoding: .utf8)
  }

  @Test("the README's example is the one that is compiled here")
  func example() throws {
    let source = try text("Tests/DocumentationTests/ReadmeExample.swift")
    let begin = try #require(source.range(of: "// >>> README\n"))
    let end = try #require(source.range(of: "// <<< README\n"))
    let example = source[begin.upperBound..<end.lowerBound]
    #expect(try text("README.md").contains("```swift\n\(example)```"))
  }

  @Test(
    "the README's example counts",
    .enabled(if: HostProbe.run().bestHost.source != nil, "no perf events here: see vpmu doctor"))
  func runs() throws {
    let signal = try OverflowSignal.install(OverflowSignal.range.upperBound - 1)
    let pmu = try GuestPMU(model: "intel-v2", signal: signal, filter: VMEventFilter())
    #expect(try pmu.wrmsr(0x186, 0x41_00C0) == .done)
    #expect(try pmu.enter() == false)
    #expect(pmu.vpmu.statistics.live == 1)
    var sum: UInt64 = 0
    for number in 0..<100_000 as Range<UInt64> { sum &+= number &* sum | 1 }
    guard case .value(let count) = try pmu.rdpmc(0, cpl: 0, cr4PCE: false) else {
      Issue.record("RDPMC of counter 0 answered #GP, sum \(sum)")
      return
    }
    #expect(count > 0)
    #expect(try pmu.rdmsr(0x10) == .unhandled)
    try pmu.timeSliceBegins()
  }

  @Test(
    "every file that the documents name is there",
    arguments: [
      "README.md", "CONTRIBUTING.md", "docs/architecture.md", "docs/plugins.md", "docs/measurements.md",
      "docs/conformance.md", "docs/writing-a-model.md", "docs/embedding.md",
    ])
  func links(document: String) throws {
    let pattern = /\]\((?<path>[^)#:]+)\)/
    let folder = Self.root.appending(path: document).deletingLastPathComponent()
    for link in try text(document).matches(of: pattern) {
      let target = folder.appending(path: String(link.path))
      #expect(FileManager.default.fileExists(atPath: target.path), "\(link.path) in \(document)")
    }
  }
}

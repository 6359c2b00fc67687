import Foundation
import TestSupport
import Testing

@Suite("Traces of the pages")
struct TraceTests {
  @Test(
    "The trace of a page, its JSON lines one after the other, replays without a mismatch",
    arguments: Page.all.filter { !$0.blocks("jsonl").isEmpty }, ["recreate", "reuse-keep", "reuse", "adaptive"])
  func replays(page: Page, policy: String) throws {
    let folder = try TemporaryFolder()
    let lines = page.blocks("jsonl").flatMap(\.lines)
    let run = try replay(lines, policy, in: folder)
    #expect(run.status == 0, "\(run.output)\(run.errors)")
    #expect(run.lines.last == "1 files, \(lines.count - 1) operations, 0 mismatches")
  }

  @Test("docs/traces.md has a section and an example for each operation")
  func operations() throws {
    let page = try Page(path: "docs/traces.md")
    let folder = try TemporaryFolder()
    let lines = page.blocks("jsonl").flatMap(\.lines)
    // The reader of traces names what it knows when it finds what it does not.
    let run = try replay([try #require(lines.first), #"{"op":"none-such"}"#], "reuse", in: folder)
    let list = try #require(run.errors.firstMatch(of: /use one of (?<names>[a-z_, ]+)/))
    let names = list.names.split(separator: ", ")
    #expect(names.count > 10)
    for name in names {
      #expect(page.text.contains("`\(name)`"), "\(name)")
      #expect(lines.contains { $0.hasPrefix(#"{"op":"\#(name)""#) }, "\(name)")
    }
  }

  private func replay(_ lines: [Substring], _ policy: String, in folder: TemporaryFolder) throws -> Program {
    let file = folder.url.appending(path: "page.jsonl")
    try (lines.joined(separator: "\n") + "\n").write(to: file, atomically: true, encoding: .utf8)
    return try Program.vpmu(["replay", "--policy", policy, file.path])
  }
}

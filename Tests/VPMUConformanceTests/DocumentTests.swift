import Foundation
import Testing
import VPMUConformance

@Suite("docs/conformance-rules.md")
struct DocumentTests {
  @Test("The page holds all rules, and no other")
  func rules() throws {
    let path = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../docs/conformance-rules.md")
    let text = try String(contentsOf: path.standardized, encoding: .utf8)
    let begin = try #require(text.range(of: "<!-- rules: from RuleBook.markdown, held by a test -->\n"))
    let end = try #require(text.range(of: "<!-- end of rules -->"))
    let isSame = text[begin.upperBound..<end.lowerBound] == RuleBook.markdown
    #expect(isSame, "between the two marks of docs/conformance-rules.md put:\n\(RuleBook.markdown)")
  }
}

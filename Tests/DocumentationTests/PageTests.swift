import Foundation
import Testing

@Suite("Pages of the documentation")
struct PageTests {
  /// Languages of code blocks, each of which a test of this folder checks; `text` is for what is no code.
  private static let languages: Set = ["swift", "c", "sh", "console", "jsonl", "text"]

  @Test("README.md, CONTRIBUTING.md and all of docs/ are found as pages")
  func pages() {
    let paths = Page.all.map(\.path)
    #expect(paths.starts(with: ["README.md", "CONTRIBUTING.md"]))
    #expect(Set(paths).isSuperset(of: ["docs/architecture.md", "docs/embedding.md", "docs/traces.md"]))
    #expect(Set(Page.all.map(\.identifier)).count == paths.count)
  }

  @Test("A code block ends at its backticks, knows its language and its line, and is kept without an end")
  func blocks() {
    let blocks = Page(path: "a-b.md", text: "a\n```swift\nlet a = 1\n\nb\n```\n```c\nint a;").blocks
    #expect(blocks.map(\.language) == ["swift", "c"])
    #expect(blocks.map(\.line) == [3, 8])
    #expect(blocks.map(\.text) == ["let a = 1\n\nb\n", "int a;\n"])
  }

  @Test("Every code block names a language that is checked, or `text`", arguments: Page.all)
  func languages(page: Page) {
    for block in page.blocks {
      #expect(Self.languages.contains(block.language), "\(page):\(block.line - 1): `\(block.language)`")
    }
  }

  @Test("Every file that a page links to is there, and every section", arguments: Page.all)
  func links(page: Page) throws {
    let folder = Page.repository.appending(path: page.path).deletingLastPathComponent()
    for link in page.text.matches(of: /\]\((?<path>[^)#:]*)(#(?<section>[^)]*))?\)/) {
      let file = link.path.isEmpty ? Page.repository.appending(path: page.path) : folder.appending(path: link.path)
      #expect(FileManager.default.fileExists(atPath: file.path), "\(link.path) in \(page)")
      guard let section = link.section, let target = try? String(contentsOf: file, encoding: .utf8) else { continue }
      #expect(Self.sections(of: target).contains(String(section)), "\(link.path)#\(section) in \(page)")
    }
  }

  @Test("Every page of docs/ is linked from README.md")
  func isLinked() throws {
    let readme = try #require(Page.all.first)
    for page in Page.all where page.path.hasPrefix("docs/") {
      #expect(readme.text.contains("](\(page.path))"), "\(page)")
    }
  }

  /// The names by which a page's headings are linked: lower case, spaces as hyphens, no punctuation.
  private static func sections(of text: String) -> Set<String> {
    Set(
      text.split(separator: "\n").filter { $0.hasPrefix("#") }.map { heading in
        let title = heading.drop { $0 == "#" }.drop { $0 == " " }.lowercased()
        return title.filter { $0.isLetter || $0.isNumber || "-_ ".contains($0) }.replacing(" ", with: "-")
      })
  }
}

import Foundation

/// A page of the documentation: README.md, CONTRIBUTING.md, or a file of docs/. A new one is found by itself.
struct Page: Sendable, CustomStringConvertible {
  /// From the repository's root: `docs/embedding.md`.
  let path: String
  let text: String
  let blocks: [CodeBlock]

  var description: String { path }

  static let repository = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// In the order of their paths, the two at the root first.
  static let all: [Page] = {
    let folder = repository.appending(path: "docs")
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    let documents = names.filter { $0.hasSuffix(".md") }.sorted().map { "docs/" + $0 }
    return (["README.md", "CONTRIBUTING.md"] + documents).compactMap { try? Page(path: $0) }
  }()

  init(path: String) throws {
    self.init(
      path: path, text: try String(contentsOf: Self.repository.appending(path: path), encoding: .utf8))
  }

  init(path: String, text: String) {
    self.path = path
    self.text = text
    blocks = CodeBlock.all(in: text)
  }

  /// The page's blocks of one language, in order.
  func blocks(_ language: String) -> [CodeBlock] { blocks.filter { $0.language == language } }

  /// The name of a file or a module for this page: `docs/writing-a-model.md` is `writing_a_model`.
  var identifier: String {
    (path.split(separator: "/").last ?? "").split(separator: ".")[0].replacing("-", with: "_").lowercased()
  }
}

/// The text between two lines of three backticks.
struct CodeBlock: Sendable {
  /// The word behind the first backticks, empty if there is none.
  let language: String
  /// The line of the page, from 1, of the block's first line.
  let line: Int
  /// Each line with its line feed.
  let text: String

  var lines: [Substring] { text.split(separator: "\n") }

  static func all(in page: String) -> [CodeBlock] {
    var blocks: [CodeBlock] = []
    var open: (language: String, line: Int, text: String)?
    for (index, line) in page.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      if let block = open {
        if line == "```" {
          blocks.append(CodeBlock(language: block.language, line: block.line, text: block.text))
          open = nil
        } else {
          open?.text += line + "\n"
        }
      } else if line.hasPrefix("```") {
        open = (String(line.dropFirst(3)), index + 2, "")
      }
    }
    // A block without an end is one as well, so that its code is not left out.
    if let block = open { blocks.append(CodeBlock(language: block.language, line: block.line, text: block.text)) }
    return blocks
  }
}

import Foundation
import Synchronization
import TestSupport
import Testing

@Suite("Command lines of the pages")
struct CommandLineTests {
  @Test("Each command of vpmu that a page shows is one, with each of its options", arguments: Page.all)
  func commands(page: Page) throws {
    for line in page.typedLines {
      let words = line.prefix { $0 != "#" }.split(separator: " ").drop { $0 == "$" || $0.contains("=") }
      guard words.first == "vpmu" else { continue }
      let names = words.dropFirst().prefix { $0.wholeMatch(of: /[a-z]+/) != nil }.prefix(2)
      var command = names.prefix(1).map(String.init)
      if command == ["plugins"] { command = names.count > 1 ? names.map(String.init) : ["plugins", "list"] }
      let help = try Self.help(command)
      #expect(help.status == 0, "\(page): \(line): \(help.errors)")
      #expect(
        help.output.contains((["USAGE: vpmu"] + command).joined(separator: " ")), "\(page): \(line): \(help.output)")
      for option in words.joined(separator: " ").matches(of: /--[a-z][a-z-]*/).map(\.output) {
        #expect(help.output.contains("\(option) "), "\(page): \(option) of \(line)")
      }
    }
  }

  @Test("The pages show each command of vpmu")
  func all() throws {
    let known = try Self.help([]).output.matches(of: /\n  ([a-z]+) .+/).map { String($0.1) }.filter { $0 != "help" }
    #expect(known.count > 5)
    let typed = Page.all.flatMap(\.typedLines)
    for name in known { #expect(typed.contains { $0.contains("vpmu \(name)") }, "\(name)") }
  }

  @Test("Shell code parses", arguments: Page.all.filter { !$0.blocks("sh").isEmpty })
  func shell(page: Page) throws {
    for block in page.blocks("sh") {
      let run = try Program.run(["bash", "-n", "-c", block.text], limit: 20)
      #expect(run.status == 0, "\(page):\(block.line): \(run.errors)")
    }
  }

  @Test("Each target of make that a page shows is one", arguments: Page.all)
  func make(page: Page) throws {
    let makefile = try String(contentsOf: Page.repository.appending(path: "Makefile"), encoding: .utf8)
    // writing-a-model.md calls the Makefile of a new plugin, without a target.
    for line in page.typedLines {
      guard let target = line.firstMatch(of: /(^| )make (?<name>[a-z]+(-[a-z]+)*)/) else { continue }
      #expect(makefile.contains("\n\(target.name):"), "\(page): \(line)")
    }
  }

  private static let known = Mutex<[[String]: Program]>([:])

  private static func help(_ command: [String]) throws -> Program {
    if let help = known.withLock({ $0[command] }) { return help }
    let help = try Program.vpmu(command + ["--help"], environment: ["COLUMNS": "200"])
    known.withLock { $0[command] = help }
    return help
  }
}

extension Page {
  /// What a reader types into a shell: the lines of shell code, those behind a prompt, and code within a line of text.
  var typedLines: [Substring] {
    blocks("sh").flatMap(\.lines) + blocks("console").flatMap(\.lines).filter { $0.hasPrefix("$ ") }
      + text.matches(of: /`([^`\n]*(vpmu|make) [^`\n]*)`/).map(\.1)
  }
}

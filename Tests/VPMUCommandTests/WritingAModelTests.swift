import Foundation
import TestSupport
import Testing

/// The commands that `docs/writing-a-model.md` shows, run as they stand.
@Suite("docs/writing-a-model.md")
struct WritingAModelTests {
  private static let text: String = {
    let file = Command.folder("..").appending(path: "docs/writing-a-model.md")
    return (try? String(contentsOf: file, encoding: .utf8)) ?? ""
  }()

  /// The code blocks of one language, in the section of that title or in all of the document.
  private static func blocks(_ language: String, in title: String? = nil) -> [String] {
    let section = title.flatMap { title in text.components(separatedBy: "\n## ").first { $0.hasPrefix(title + "\n") } }
    return ((title == nil ? text : section) ?? "").components(separatedBy: "\n```\(language)\n").dropFirst()
      .map { String($0.components(separatedBy: "\n```")[0]) }
  }

  @Test("the commands for C, and those that install, run as they are")
  func runs() throws {
    let folder = try TemporaryFolder()
    let script = ["In C", "Installing, and who may write it"].flatMap { Self.blocks("sh", in: $0) }
    #expect(script.count == 2)
    let command = try Command.shell(
      script.joined(separator: "\n"), in: folder.url,
      environment: ["HOME": folder.url.path, "XDG_DATA_HOME": "", "VPMU_PLUGIN_PATH": ""])
    #expect(command.status == 0, "\(command.output)\n\(command.errors)")
    #expect(command.output.contains(" 0 failed"))
    #expect(command.output.contains("\(folder.url.path)/.local/share/vpmu/plugins/libVPMUAcme.so"), "\(command.output)")
  }

  @Test("the failure that it shows is seen, its trace shows the same, and none once it is mended")
  func fails() throws {
    let folder = try TemporaryFolder()
    let begin = "vpmu plugins new acme --lang c; cd acme\n"
    for (number, block) in Self.blocks("console", in: "When a rule fails").enumerated() {
      let lines = block.split(separator: "\n")
      let typed = lines.filter { $0.hasPrefix("$ ") }.map { $0.dropFirst(2) }
      // Its last command fails, as it is meant to show.
      let command = try Command.shell(
        (number == 0 ? begin : "cd acme\n") + typed.joined(separator: "\n"), in: folder.url)
      #expect(command.status == 1, "\(command.errors)")
      for line in lines where !line.hasPrefix("$ ") && !line.contains("…") {
        #expect(command.output.contains(line), "\(line) in \(command.output)")
      }
    }
    let mended = try Command.shell(
      """
      mkdir mended; cd mended
      \(begin)make
      vpmu replay ../../acme/failures/VPMU-MSR-009.jsonl --plugin build/libVPMUAcme.so
      """, in: folder.url)
    #expect(mended.status == 0, "\(mended.output)")
  }
}

import Foundation
import Testing

struct ReplayCommandTests {
  private var vectors: [String] {
    get throws {
      try FileManager.default.contentsOfDirectory(atPath: Command.folder("Vectors").path)
        .filter { $0.hasSuffix(".jsonl") }.sorted().map { Command.folder("Vectors").appending(path: $0).path }
    }
  }

  /// A file with these lines, for the time of `body`.
  private func withTrace<T>(_ lines: [String], _ body: (String) throws -> T) throws -> T {
    let file = FileManager.default.temporaryDirectory.appending(path: "vpmu-\(UUID().uuidString).jsonl")
    try Data(lines.map { $0 + "\n" }.joined().utf8).write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }
    return try body(file.path)
  }

  private let configure =
    #"{"op":"configure","vendor":"amd","title":"t","perfctr_core":true,"cpuid_80000022":{"eax":"0x0","ebx":"0x0"},"#
    + #""host":{"gp_counters":6,"fixed_counters":0,"gp_width":48}}"#

  @Test(
    "all vectors replay without a mismatch, through the built plugins",
    arguments: ["recreate", "reuse-keep", "reuse"])
  func vectors(policy: String) throws {
    let files = try vectors
    let command = try Command.run(["replay", "--policy", policy] + files)
    #expect(command.status == 0)
    let last = try #require(command.lines.last)
    #expect(last.hasPrefix("\(files.count) files, ") && last.hasSuffix(" operations, 0 mismatches"))
    #expect(files.count > 60)
  }

  @Test("a wrong answer is named with file, line, expected and got, and the exit code is 1")
  func mismatch() throws {
    try withTrace([configure, #"{"op":"rdmsr","msr":"0xc0010000","ok":true,"value":"0x5"}"#]) { path in
      let command = try Command.run(["replay", path])
      #expect(command.status == 1)
      #expect(command.lines.first?.contains("\(path):2") == true)
      #expect(command.lines.first?.contains("0x5") == true && command.lines.first?.contains("0x0") == true)
      #expect(command.lines.last == "1 files, 1 operations, 1 mismatches")
    }
  }

  @Test("a malformed line is named, and the exit code is 1")
  func malformed() throws {
    try withTrace([configure, #"{"op":"rdmsr","msr":12,"ok":true}"#]) { path in
      let command = try Command.run(["replay", path])
      #expect(command.status == 1)
      #expect(command.errors.contains("\(path):2") && !command.output.contains(path))
      #expect(command.lines.last == "0 files, 0 operations, 0 mismatches")
    }
  }

  @Test("a trace for a plugin that is not there names the ones that are")
  func unknownVendor() throws {
    try withTrace([configure.replacing("\"amd\"", with: "\"nobody\"")]) { path in
      let command = try Command.run(["replay", path])
      #expect(command.status == 1)
      #expect(command.errors.contains("AuthenticAMD"))
    }
  }

  @Test("JSON Lines parse, and the last one sums up")
  func json() throws {
    let command = try Command.run(["replay", "--json"] + (try vectors).prefix(3))
    #expect(command.status == 0)
    let objects = try command.lines.map { try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any] }
    #expect(objects.last??["files"] as? Int == 3)
    #expect(objects.last??["mismatches"] as? Int == 0)
  }
}

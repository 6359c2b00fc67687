import Testing

@testable import LinuxGuest

@Suite struct GuestCommandTests {
  private func strings(_ bytes: [UInt8]) -> [[UInt8]] {
    bytes.dropFirst(20).split(separator: 0, omittingEmptySubsequences: false).map(Array.init)
  }

  @Test func `A command is five numbers and its strings, byte for byte`() {
    let odd: [UInt8] = [0xFF, 0x81, 0x0A, 0x27, 0x22, 0x5C]
    let command = GuestCommand(
      arguments: [Array("a".utf8), odd, []], environment: [Array("A=1".utf8)], directory: Array("/w".utf8),
      terminal: .init(rows: 24, columns: 300, hasErrors: true))
    let bytes = command.bytes
    #expect(Array(bytes[0..<20]) == [3, 0, 0, 0, 24, 0, 0, 0, 44, 1, 0, 0, 3, 0, 0, 0, 1, 0, 0, 0])
    #expect(strings(bytes) == [Array("/w".utf8), Array("a".utf8), odd, [], Array("A=1".utf8), []])
  }

  @Test func `In the root there is no file system of its own for the directory`() {
    let command = GuestCommand(arguments: [[0x61]], environment: [], directory: Array("/".utf8))
    #expect(command.isInRoot && command.bytes[0] == 4)
  }

  @Test func `PATH has the guest's tools first, and rr writes to the working directory`() {
    let command = GuestCommand(
      arguments: [[0x61]], environment: ["PATH=/a:/b", "X=1"].map { Array($0.utf8) }, directory: Array("/w".utf8)
    ).prepared(pathPrefix: "/t")
    #expect(
      command.environment.map { String(decoding: $0, as: UTF8.self) } == [
        "X=1", "PATH=/t:/a:/b", "_RR_TRACE_DIR=/w/rr",
      ])
  }

  @Test func `A directory for rr that is set already stays`() {
    let command = GuestCommand(
      arguments: [[0x61]], environment: [Array("_RR_TRACE_DIR=/x".utf8)], directory: Array("/w".utf8)
    ).prepared(pathPrefix: "/t")
    #expect(
      command.environment.map { String(decoding: $0, as: UTF8.self) } == ["_RR_TRACE_DIR=/x", "PATH=/t:/usr/bin:/bin"])
  }

  @Test(arguments: [("a b", "'a b'"), ("it's", #"'it'\''s'"#), ("", "''"), ("$x`y`\n", "'$x`y`\n'")])
  func `A word for the shell is quoted`(_ text: String, _ quoted: String) {
    #expect(ShellWord.quoted(text) == quoted)
  }
}

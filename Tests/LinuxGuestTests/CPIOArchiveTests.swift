import Foundation
import TestSupport
import Testing

@testable import LinuxGuest

@Suite struct CPIOArchiveTests {
  @Test func `An entry is a header of 110 bytes in hexadecimal digits, its name, and its contents, each to four bytes`()
  {
    var archive = CPIOArchive()
    archive.addFile("ab", Array("hello".utf8), permissions: 0o755)
    let bytes = archive.finished()
    let text = String(decoding: bytes, as: UTF8.self)
    let fields = ["070701", "00000001", "000081ED", "00000000", "00000000", "00000001", "00000000", "00000005"]
    #expect(text.hasPrefix(fields.joined()))
    #expect(Array(bytes[94..<102]) == Array("00000003".utf8))
    let name: [UInt8] = [0x61, 0x62, 0, 0, 0, 0]
    #expect(Array(bytes[110..<116]) == name)
    let contents: [UInt8] = [0x68, 0x65, 0x6C, 0x6C, 0x6F, 0, 0, 0]
    #expect(Array(bytes[116..<124]) == contents)
    #expect(bytes.count % 4 == 0)
    #expect(text.contains("TRAILER!!!"))
  }

  @Test func `Empty files, links and directories keep what they are`() {
    var archive = CPIOArchive()
    archive.addDirectory("d")
    archive.addFile("d/empty", [])
    archive.addLink("l", to: "d/empty")
    let text = String(decoding: archive.finished(), as: UTF8.self)
    #expect(text.contains("000041ED") && text.contains("000081A4") && text.contains("0000A1FF"))
    #expect(text.contains("l\0\0\0d/empty") || text.contains("l\0d/empty"))
  }

  @Test func `The same contents give the same bytes`() {
    func make() -> [UInt8] {
      var archive = CPIOArchive()
      archive.addDirectory("d")
      archive.addFile("d/f", [1, 2, 3])
      return archive.finished()
    }
    #expect(make() == make())
  }
}

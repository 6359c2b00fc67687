import KVMPMU
import Testing

@Suite struct RDPMCRewriteTests {
  static func rewrite(_ code: [UInt8], port: UInt8 = 0x33) -> (RDPMCRewrite, [UInt8]) {
    var code = code
    let rewrite = code.withUnsafeMutableBytes { RDPMCRewrite($0, mode: .long64, port: port) }
    return (rewrite, code)
  }

  @Test func `RDPMC becomes an OUT of the same length, and is listed`() {
    // xor %ecx,%ecx; rdpmc; ret
    let (rewrite, code) = Self.rewrite([0x31, 0xC9, 0x0F, 0x33, 0xC3], port: 0x7B)
    #expect(code == [0x31, 0xC9, 0xE6, 0x7B, 0xC3])
    #expect(rewrite.replaced == [2])
    #expect(rewrite.leftAlone == [] && rewrite.skipped == 0)
  }

  @Test func `The same bytes in an immediate, a displacement or a table stay`() {
    // mov $0x330f,%eax; mov 0x330f(%rip),%eax; rdpmc; ret
    let before: [UInt8] = [0xB8, 0x0F, 0x33, 0, 0, 0x8B, 0x05, 0x0F, 0x33, 0, 0, 0x0F, 0x33, 0xC3]
    let (rewrite, code) = Self.rewrite(before)
    #expect(rewrite.replaced == [11])
    #expect(rewrite.leftAlone == [1, 7])
    #expect(Array(code[..<11]) == Array(before[..<11]) && code[11] == 0xE6)
  }

  @Test func `What is not understood is skipped to the next function, and the rest is found`() {
    // ret; bytes that are no instruction in 64-bit code, with the two bytes among them; at 16: rdpmc; ret
    let before: [UInt8] = [0xC3, 0x06, 0x0F, 0x33] + Array(repeating: 0x06, count: 12) + [0x0F, 0x33, 0xC3]
    let (rewrite, code) = Self.rewrite(before)
    #expect(rewrite.replaced == [16])
    #expect(rewrite.leftAlone == [2])
    #expect(rewrite.skipped == 15)
    #expect(Array(code[..<16]) == Array(before[..<16]))
  }

  @Test func `Code without RDPMC is not touched, nor is none`() {
    #expect(Self.rewrite([0x90, 0xC3]).1 == [0x90, 0xC3])
    #expect(Self.rewrite([]).0 == Self.rewrite([0x90]).0)
    #expect(Self.rewrite([0x0F]).0.replaced == [])
  }
}

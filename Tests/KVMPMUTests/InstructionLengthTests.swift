import KVMPMU
import Testing

/// Encodings with their lengths, as assemblers make them.
struct Encoding: Sendable, CustomStringConvertible {
  let text: String
  let bytes: [UInt8]
  var mode = InstructionLength.Mode.long64

  var description: String { text }

  static let all: [Encoding] = [
    Encoding(text: "nop", bytes: [0x90]),
    Encoding(text: "rdpmc", bytes: [0x0F, 0x33]),
    Encoding(text: "mov $0x330f,%eax", bytes: [0xB8, 0x0F, 0x33, 0, 0]),
    Encoding(text: "mov $0x330f,%rax", bytes: [0x48, 0xC7, 0xC0, 0x0F, 0x33, 0, 0]),
    Encoding(text: "movabs $1,%rax", bytes: [0x48, 0xB8, 1, 0, 0, 0, 0, 0, 0, 0]),
    Encoding(text: "mov 0x330f(%rip),%eax", bytes: [0x8B, 0x05, 0x0F, 0x33, 0, 0]),
    Encoding(text: "mov 8(%rsp,%rax,4),%ecx", bytes: [0x8B, 0x4C, 0x84, 8]),
    Encoding(text: "mov 0x1000(,%rax,8),%rcx", bytes: [0x48, 0x8B, 0x0C, 0xC5, 0, 0x10, 0, 0]),
    Encoding(text: "cmpw $0x330f,(%rax)", bytes: [0x66, 0x81, 0x38, 0x0F, 0x33]),
    Encoding(text: "test $1,%al", bytes: [0xF6, 0xC0, 1]),
    Encoding(text: "not %eax", bytes: [0xF7, 0xD0]),
    Encoding(text: "testl $1,(%rax)", bytes: [0xF7, 0x00, 1, 0, 0, 0]),
    Encoding(text: "jmp .+0x330f", bytes: [0xE9, 0x0F, 0x33, 0, 0]),
    Encoding(text: "je .+0x330f", bytes: [0x0F, 0x84, 0x0F, 0x33, 0, 0]),
    Encoding(text: "wrmsr", bytes: [0x0F, 0x30]),
    Encoding(text: "ud2", bytes: [0x0F, 0x0B]),
    Encoding(text: "iretq", bytes: [0x48, 0xCF]),
    Encoding(text: "out %al,$0x33", bytes: [0xE6, 0x33]),
    Encoding(text: "nopw 0x0(%rax,%rax,1)", bytes: [0x66, 0x0F, 0x1F, 0x44, 0, 0]),
    Encoding(text: "endbr64", bytes: [0xF3, 0x0F, 0x1E, 0xFA]),
    Encoding(text: "imul $7,%rax,%rbx", bytes: [0x48, 0x6B, 0xD8, 7]),
    Encoding(text: "pshufd $0,%xmm0,%xmm1", bytes: [0x66, 0x0F, 0x70, 0xC8, 0]),
    Encoding(text: "movups (%rax),%xmm0", bytes: [0x0F, 0x10, 0]),
    Encoding(text: "vpxor %ymm0,%ymm0,%ymm0", bytes: [0xC5, 0xFD, 0xEF, 0xC0]),
    Encoding(text: "vzeroupper", bytes: [0xC5, 0xF8, 0x77]),
    Encoding(text: "vpalignr $4,%ymm0,%ymm1,%ymm2", bytes: [0xC4, 0xE3, 0x75, 0x0F, 0xD0, 4]),
    Encoding(text: "vmovups 0x40(%rax),%zmm0", bytes: [0x62, 0xF1, 0x7C, 0x48, 0x10, 0x40, 1]),
    Encoding(text: "vprotd $2,%xmm0,%xmm0", bytes: [0x8F, 0xE8, 0x78, 0xC2, 0xC0, 2]),
    Encoding(text: "pop (%rax)", bytes: [0x8F, 0x00]),
    Encoding(text: "enter $8,$0", bytes: [0xC8, 8, 0, 0]),
    Encoding(text: "lock cmpxchg %ecx,(%rdx)", bytes: [0xF0, 0x0F, 0xB1, 0x0A]),
    Encoding(text: "inc %eax (32)", bytes: [0x40], mode: .protected32),
    Encoding(text: "mov %eax,0x330f (32)", bytes: [0xA3, 0x0F, 0x33, 0, 0], mode: .protected32),
    Encoding(text: "ljmp $8,$0x330f (32)", bytes: [0xEA, 0x0F, 0x33, 0, 0, 8, 0], mode: .protected32),
    Encoding(text: "mov (%bx,%si),%ax (32)", bytes: [0x67, 0x66, 0x8B, 0x00], mode: .protected32),
    Encoding(text: "les (%eax),%eax (32)", bytes: [0xC4, 0x00], mode: .protected32),
    Encoding(text: "pusha (32)", bytes: [0x60], mode: .protected32),
  ]
}

@Suite struct InstructionLengthTests {
  @Test(arguments: Encoding.all)
  func `An instruction has its length, whatever follows`(_ encoding: Encoding) {
    for follower: UInt8 in [0x00, 0x0F, 0x33, 0xFF] {
      let bytes = encoding.bytes + Array(repeating: follower, count: 16)
      #expect(InstructionLength.of(bytes, encoding.mode) == encoding.bytes.count)
    }
  }

  @Test(arguments: Encoding.all)
  func `One that is cut off has none`(_ encoding: Encoding) {
    for length in 0..<encoding.bytes.count {
      let length = InstructionLength.of(Array(encoding.bytes[..<length]), encoding.mode)
      #expect(length.map { $0 < encoding.bytes.count } ?? true)
    }
  }

  @Test func `Any bytes have a length of 1 to 15, or none`() {
    var state: UInt64 = 1
    for _ in 0..<20_000 {
      let bytes = (0..<16).map { _ -> UInt8 in
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return UInt8(truncatingIfNeeded: state >> 33)
      }
      for mode in [InstructionLength.Mode.long64, .protected32] {
        if let length = InstructionLength.of(bytes, mode) { #expect((1...15).contains(length)) }
      }
    }
  }

  @Test func `Prefixes without end are no instruction`() {
    #expect(InstructionLength.of(Array(repeating: 0x66, count: 64), .long64) == nil)
  }
}

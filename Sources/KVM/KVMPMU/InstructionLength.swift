/// How long an x86 instruction is: enough of a decoder to find where instructions begin in what compilers and
/// assemblers make (Intel SDM vol. 2, 2.1 and appendix A).
public enum InstructionLength {
  public enum Mode: Sendable, Hashable {
    case protected32
    case long64
  }

  /// The longest that there is.
  public static let most = 15

  /// The length of the instruction that `bytes` begins with; nil if it is none, is cut off, or is not known here.
  public static func of(_ bytes: UnsafeRawBufferPointer, _ mode: Mode) -> Int? {
    var decoder = Decoder(bytes: bytes, mode: mode)
    guard decoder.instruction(), decoder.place <= most, decoder.place <= bytes.count else { return nil }
    return decoder.place
  }

  /// The same, of an array.
  public static func of(_ bytes: [UInt8], _ mode: Mode) -> Int? {
    bytes.withUnsafeBytes { of($0, mode) }
  }
}

private struct Decoder {
  let bytes: UnsafeRawBufferPointer
  let mode: InstructionLength.Mode
  var place = 0
  var hasOperandPrefix = false
  var hasAddressPrefix = false
  var isWide = false

  /// Immediate bytes of an operand-sized immediate: 64 bits take a sign-extended 32.
  var operandImmediate: Int { hasOperandPrefix && !isWide ? 2 : 4 }

  mutating func next() -> UInt8? {
    guard place < bytes.count, place < InstructionLength.most else { return nil }
    defer { place += 1 }
    return bytes[place]
  }

  /// Takes one instruction; false: none.
  mutating func instruction() -> Bool {
    while let byte = next() {
      switch byte {
      case 0x66: hasOperandPrefix = true
      case 0x67: hasAddressPrefix = true
      case 0xF0, 0xF2, 0xF3, 0x2E, 0x36, 0x3E, 0x26, 0x64, 0x65: break
      case 0x40...0x4F where mode == .long64:
        isWide = byte & 8 != 0
        guard let opcode = next() else { return false }
        return one(opcode)
      default: return one(byte)
      }
    }
    return false
  }

  /// The one-byte opcodes.
  private mutating func one(_ opcode: UInt8) -> Bool {
    let isLong = mode == .long64
    switch opcode {
    case 0x0F: return two()
    case 0x00...0x3F:
      switch opcode & 7 {
      case 0...3: return modRM()
      case 4: return skip(1)
      case 5: return skip(operandImmediate)
      // Segment pushes and pops, and decimal adjustment; 26, 2E, 36, 3E are prefixes and were taken.
      default: return !isLong
      }
    case 0x40...0x5F: return true
    case 0x60, 0x61: return !isLong
    case 0x62: return isLong || isMemoryNext ? evexOrBound() : evex()
    case 0x63: return modRM()
    case 0x68: return skip(operandImmediate)
    case 0x69: return modRM() && skip(operandImmediate)
    case 0x6A: return skip(1)
    case 0x6B: return modRM() && skip(1)
    case 0x6C...0x6F: return true
    case 0x70...0x7F: return skip(1)
    case 0x80, 0x83: return modRM() && skip(1)
    case 0x82: return !isLong && modRM() && skip(1)
    case 0x81: return modRM() && skip(operandImmediate)
    case 0x84...0x8E: return modRM()
    case 0x8F: return isPOPNext ? modRM() : vex(threeBytes: true)
    case 0x90...0x99, 0x9B...0x9F: return true
    case 0x9A: return !isLong && skip(2 + operandImmediate)
    case 0xA0...0xA3: return skip(isLong ? (hasAddressPrefix ? 4 : 8) : (hasAddressPrefix ? 2 : 4))
    case 0xA4...0xA7, 0xAA...0xAF: return true
    case 0xA8: return skip(1)
    case 0xA9: return skip(operandImmediate)
    case 0xB0...0xB7: return skip(1)
    case 0xB8...0xBF: return skip(isWide ? 8 : operandImmediate)
    case 0xC0, 0xC1, 0xC6: return modRM() && skip(1)
    case 0xC2, 0xCA: return skip(2)
    case 0xC3, 0xC9, 0xCB, 0xCC, 0xCF: return true
    case 0xC4, 0xC5: return isLong || !isMemoryNext ? vex(threeBytes: opcode == 0xC4) : modRM()
    case 0xC7: return modRM() && skip(operandImmediate)
    case 0xC8: return skip(3)
    case 0xCD: return skip(1)
    case 0xCE: return !isLong
    case 0xD0...0xD3: return modRM()
    case 0xD4, 0xD5: return !isLong && skip(1)
    case 0xD7: return true
    case 0xD8...0xDF: return modRM()
    case 0xE0...0xE7, 0xEB: return skip(1)
    // In 64-bit code the displacement has 32 bits whatever the prefix.
    case 0xE8, 0xE9: return skip(isLong ? 4 : operandImmediate)
    case 0xEA: return !isLong && skip(2 + operandImmediate)
    case 0xEC...0xEF, 0xF1, 0xF4, 0xF5, 0xF8...0xFD: return true
    case 0xF6, 0xF7: return group3(opcode)
    case 0xFE, 0xFF: return modRM()
    default: return false
    }
  }

  /// After 0F.
  private mutating func two() -> Bool {
    guard let opcode = next() else { return false }
    switch opcode {
    case 0x05...0x09, 0x0B, 0x0E, 0x30...0x37, 0x77, 0xA0...0xA2, 0xA8...0xAA, 0xC8...0xCF: return true
    case 0x38: return next() != nil && modRM()
    case 0x3A: return next() != nil && modRM() && skip(1)
    case 0x0F: return modRM() && skip(1)
    case 0x70...0x73, 0xA4, 0xAC, 0xBA, 0xC2, 0xC4...0xC6: return modRM() && skip(1)
    case 0x80...0x8F: return skip(mode == .long64 ? 4 : operandImmediate)
    case 0x04, 0x0A, 0x0C, 0x24...0x27, 0x39, 0x3B...0x3F, 0x7A, 0x7B, 0xA6, 0xA7: return false
    default: return modRM()
    }
  }

  /// F6 and F7: TEST, which /0 and /1 are, has an immediate.
  private mutating func group3(_ opcode: UInt8) -> Bool {
    guard place < bytes.count else { return false }
    let isTest = (bytes[place] >> 3) & 7 < 2
    guard modRM() else { return false }
    guard isTest else { return true }
    return skip(opcode == 0xF6 ? 1 : operandImmediate)
  }

  private mutating func vex(threeBytes: Bool) -> Bool {
    var map: UInt8 = 1
    if threeBytes {
      guard let first = next() else { return false }
      map = first & 31
    }
    guard next() != nil, let opcode = next() else { return false }
    return vectorOpcode(opcode, map: map)
  }

  private mutating func evexOrBound() -> Bool { mode == .long64 ? evex() : modRM() }

  private mutating func evex() -> Bool {
    guard let first = next(), next() != nil, next() != nil, let opcode = next() else { return false }
    return vectorOpcode(opcode, map: first & 7)
  }

  private mutating func vectorOpcode(_ opcode: UInt8, map: UInt8) -> Bool {
    switch map {
    case 1:
      // VZEROUPPER and VZEROALL have no operand.
      if opcode == 0x77 { return true }
      switch opcode {
      case 0x70...0x73, 0xC2, 0xC4...0xC6: return modRM() && skip(1)
      default: return modRM()
      }
    case 2, 5, 6, 9: return modRM()
    case 3, 8: return modRM() && skip(1)
    case 10: return modRM() && skip(4)
    default: return false
    }
  }

  /// 8F is POP with /0, else the beginning of an instruction of AMD's XOP maps, 8 to 10.
  private var isPOPNext: Bool { place < bytes.count && (bytes[place] >> 3) & 7 == 0 }

  /// Whether the byte to come names memory and no register.
  private var isMemoryNext: Bool { place < bytes.count && bytes[place] >> 6 != 3 }

  /// ModR/M, SIB and displacement.
  private mutating func modRM() -> Bool {
    guard let byte = next() else { return false }
    let (form, register) = (byte >> 6, byte & 7)
    if form == 3 { return true }
    if mode == .protected32 && hasAddressPrefix {
      return skip(form == 0 ? (register == 6 ? 2 : 0) : Int(form))
    }
    var base = register
    if register == 4 {
      guard let sib = next() else { return false }
      base = sib & 7
    }
    switch form {
    case 0: return skip(base == 5 ? 4 : 0)
    case 1: return skip(1)
    default: return skip(4)
    }
  }

  private mutating func skip(_ count: Int) -> Bool {
    place += count
    return place <= bytes.count
  }
}

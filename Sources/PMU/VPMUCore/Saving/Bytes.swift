/// Little-endian numbers and texts, one behind the other.
struct ByteWriter {
  var bytes: [UInt8] = []

  mutating func add(_ numbers: UInt32...) {
    for number in numbers { append(UInt64(number), count: 4) }
  }

  mutating func add(_ numbers: UInt64...) {
    for number in numbers { append(number, count: 8) }
  }

  private mutating func append(_ number: UInt64, count: Int) {
    for index in 0..<count { bytes.append(UInt8(truncatingIfNeeded: number >> UInt64(8 * index))) }
  }

  mutating func add(_ words: (UInt64, UInt64, UInt64, UInt64)) { add(words.0, words.1, words.2, words.3) }

  /// The length in bytes in 4 bytes, and the text in UTF-8; a text of more than 1024 bytes is cut.
  mutating func add(_ text: String) {
    let utf8 = Array(text.utf8.prefix(1024))
    add(UInt32(truncatingIfNeeded: utf8.count))
    bytes += utf8
  }

  mutating func replace(at offset: Int, _ number: UInt32) {
    for index in 0..<4 { bytes[offset + index] = UInt8(truncatingIfNeeded: number >> UInt32(8 * index)) }
  }
}

/// Reads what ``ByteWriter`` wrote. Behind the end everything is zero, and ``isCutOff`` says so.
struct ByteReader {
  private var rest: ArraySlice<UInt8>
  private(set) var isCutOff = false

  init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

  var isAtEnd: Bool { rest.isEmpty }

  mutating func take(_ count: Int) -> ArraySlice<UInt8> {
    guard count <= rest.count else {
      isCutOff = true
      rest = []
      return []
    }
    defer { rest = rest.dropFirst(count) }
    return rest.prefix(count)
  }

  mutating func u32() -> UInt32 { UInt32(truncatingIfNeeded: number(4)) }

  mutating func u64() -> UInt64 { number(8) }

  mutating func words() -> (UInt64, UInt64, UInt64, UInt64) { (u64(), u64(), u64(), u64()) }

  /// Empty, and cut off, if it is no UTF-8.
  mutating func text() -> String {
    let bytes = take(Int(u32()))
    guard let text = String(validating: bytes, as: UTF8.self) else {
      isCutOff = true
      return ""
    }
    return text
  }

  private mutating func number(_ count: Int) -> UInt64 {
    take(count).reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }
}

/// CRC-32 of IEEE 802.3, as zlib and gzip have it.
enum CRC32 {
  static func of(_ bytes: some Sequence<UInt8>) -> UInt32 {
    var crc: UInt32 = .max
    for byte in bytes {
      crc ^= UInt32(byte)
      for _ in 0..<8 { crc = crc & 1 == 0 ? crc >> 1 : crc >> 1 ^ 0xEDB8_8320 }
    }
    return ~crc
  }
}

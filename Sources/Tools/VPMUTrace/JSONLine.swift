/// A JSON value, of the kinds that a trace can hold. Members keep their order.
package enum JSONValue {
  case null
  case bool(Bool)
  /// A whole number from 0 to 2^64 - 1, exactly.
  case integer(UInt64)
  /// Any other number, as it was written.
  case number(String)
  case string(String)
  case array([JSONValue])
  case object([JSONMember])
}

package struct JSONMember {
  package var name: String
  package var value: JSONValue
}

/// A strict reader of one line that holds one JSON object (RFC 8259), with the column of whatever is wrong.
///
/// It is our own because a fault should name its column, because a name given twice must not pass silently, and because
/// counts of 64 bits must not go through a floating-point number.
package struct JSONLine {
  /// Traces nest an object or array in an object, no deeper.
  static let maximumDepth = 4

  private let bytes: [UInt8]
  private var position = 0

  /// The members of the object in `bytes`.
  package static func members(of bytes: [UInt8]) throws(TraceFault) -> [JSONMember] {
    var line = JSONLine(bytes: bytes)
    line.skipSpace()
    guard line.peek() == UInt8(ascii: "{") else { throw line.fault("{") }
    let members = try line.object(depth: 1)
    line.skipSpace()
    guard line.peek() == nil else { throw line.fault("the end of the line") }
    return members
  }

  private init(bytes: [UInt8]) { self.bytes = bytes }

  private func peek() -> UInt8? { position < bytes.count ? bytes[position] : nil }

  private func fault(_ expected: String) -> TraceFault { .notJSON(column: position + 1, expected: expected) }

  private mutating func skipSpace() {
    while let byte = peek(), byte == 0x20 || byte == 0x09 || byte == 0x0D || byte == 0x0A { position += 1 }
  }

  /// Skips space, then takes `byte` if it comes next.
  private mutating func take(_ byte: Character) -> Bool {
    skipSpace()
    guard peek() == byte.asciiValue else { return false }
    position += 1
    return true
  }

  private mutating func value(depth: Int) throws(TraceFault) -> JSONValue {
    skipSpace()
    switch peek() {
    case UInt8(ascii: "{"): return .object(try object(depth: depth))
    case UInt8(ascii: "["): return .array(try array(depth: depth))
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    case .some(let byte) where byte == UInt8(ascii: "-") || isDigit(byte): return try number()
    default: throw fault("a value")
    }
  }

  private mutating func object(depth: Int) throws(TraceFault) -> [JSONMember] {
    guard depth <= Self.maximumDepth else { throw fault("no more than \(Self.maximumDepth) levels") }
    position += 1
    var members: [JSONMember] = []
    var names: Set<String> = []
    if take("}") { return members }
    repeat {
      skipSpace()
      guard peek() == UInt8(ascii: "\"") else { throw fault("a field name in quotes") }
      let start = position
      let name = try string()
      guard names.insert(name).inserted else {
        throw .notJSON(column: start + 1, expected: "a name other than \(quoted(name)), which is there already,")
      }
      guard take(":") else { throw fault(":") }
      members.append(JSONMember(name: name, value: try value(depth: depth + 1)))
    } while take(",")
    guard take("}") else { throw fault(", or }") }
    return members
  }

  private mutating func array(depth: Int) throws(TraceFault) -> [JSONValue] {
    guard depth <= Self.maximumDepth else { throw fault("no more than \(Self.maximumDepth) levels") }
    position += 1
    var elements: [JSONValue] = []
    if take("]") { return elements }
    repeat { elements.append(try value(depth: depth + 1)) } while take(",")
    guard take("]") else { throw fault(", or ]") }
    return elements
  }

  private mutating func word(_ word: String, _ value: JSONValue) throws(TraceFault) -> JSONValue {
    guard bytes[position...].starts(with: word.utf8) else { throw fault("a value") }
    position += word.utf8.count
    return value
  }

  private mutating func number() throws(TraceFault) -> JSONValue {
    let start = position
    let isNegative = peek() == UInt8(ascii: "-")
    if isNegative { position += 1 }
    if peek() == UInt8(ascii: "0") {
      position += 1
    } else {
      try digits()
    }
    var isWhole = !isNegative
    if peek() == UInt8(ascii: ".") {
      position += 1
      try digits()
      isWhole = false
    }
    if peek() == UInt8(ascii: "e") || peek() == UInt8(ascii: "E") {
      position += 1
      if peek() == UInt8(ascii: "+") || peek() == UInt8(ascii: "-") { position += 1 }
      try digits()
      isWhole = false
    }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    if isWhole, let whole = UInt64(text) { return .integer(whole) }
    return .number(text)
  }

  private mutating func digits() throws(TraceFault) {
    guard let first = peek(), isDigit(first) else { throw fault("a digit") }
    while let byte = peek(), isDigit(byte) { position += 1 }
  }

  private func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }

  private mutating func string() throws(TraceFault) -> String {
    position += 1
    var text: [UInt8] = []
    while let byte = peek() {
      switch byte {
      case UInt8(ascii: "\""):
        position += 1
        // The line as a whole was found to be UTF-8, and escapes add whole scalars: nothing is repaired here.
        return String(decoding: text, as: UTF8.self)
      case UInt8(ascii: "\\"): text.append(contentsOf: try escape())
      case 0..<0x20: throw fault("an escape in place of a control character")
      default:
        text.append(byte)
        position += 1
      }
    }
    throw fault("the closing quote")
  }

  /// The UTF-8 of an escape sequence.
  private mutating func escape() throws(TraceFault) -> [UInt8] {
    position += 1
    guard let letter = peek() else { throw fault("an escape") }
    position += 1
    switch letter {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [letter]
    case UInt8(ascii: "b"): return [0x08]
    case UInt8(ascii: "f"): return [0x0C]
    case UInt8(ascii: "n"): return [0x0A]
    case UInt8(ascii: "r"): return [0x0D]
    case UInt8(ascii: "t"): return [0x09]
    case UInt8(ascii: "u"):
      var unit = try codeUnit()
      if unit &>> 10 == 0xD800 &>> 10 {
        guard take("\\"), take("u") else { throw fault("the second half of a surrogate pair") }
        let low = try codeUnit()
        guard low &>> 10 == 0xDC00 &>> 10 else { throw fault("the second half of a surrogate pair") }
        unit = 0x10000 &+ (unit & 0x3FF) &<< 10 | (low & 0x3FF)
      }
      guard let scalar = Unicode.Scalar(unit) else { throw fault("a surrogate pair") }
      return Array(String(scalar).utf8)
    default:
      position -= 1
      throw fault("one of the escapes of JSON")
    }
  }

  private mutating func codeUnit() throws(TraceFault) -> UInt32 {
    var unit: UInt32 = 0
    for _ in 0..<4 {
      guard let byte = peek(), let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
        throw fault("four hexadecimal digits")
      }
      unit = unit << 4 | UInt32(digit)
      position += 1
    }
    return unit
  }
}

/// The fields of one object of a trace, taken by name and type. What is not taken at the end is a fault: a typo in the
/// name of an optional field must not pass silently.
package struct Fields {
  private var members: [JSONMember]

  package init(_ members: [JSONMember]) { self.members = members }

  /// The names of the fields not yet taken, in order.
  var names: [String] { members.map(\.name) }

  /// Ends the reading.
  ///
  /// - Parameter operation: its name, for the message
  func finish(_ operation: String) throws(TraceFault) {
    if let left = members.first { throw .unknownField(left.name, operation: operation) }
  }

  private mutating func optional(_ name: String) -> JSONValue? {
    guard let index = members.firstIndex(where: { $0.name == name }) else { return nil }
    return members.remove(at: index).value
  }

  private mutating func required(_ name: String) throws(TraceFault) -> JSONValue {
    guard let value = optional(name) else { throw .missingField(name) }
    return value
  }

  // MARK: text

  package mutating func string(_ name: String) throws(TraceFault) -> String {
    try Self.string(name, required(name))
  }

  package mutating func optionalString(_ name: String) throws(TraceFault) -> String? {
    guard let value = optional(name) else { return nil }
    return try Self.string(name, value)
  }

  private static func string(_ name: String, _ value: JSONValue) throws(TraceFault) -> String {
    guard case .string(let text) = value else { throw .wrongType(field: name, expected: "a string") }
    return text
  }

  /// A string that is a case of `Word`.
  mutating func word<Word: CaseIterable & RawRepresentable<String>>(
    _ name: String, _: Word.Type = Word.self
  ) throws(TraceFault) -> Word {
    let text = try string(name)
    guard let word = Word(rawValue: text) else {
      throw .unknownWord(field: name, found: text, choices: Word.allCases.map(\.rawValue))
    }
    return word
  }

  // MARK: truth

  mutating func bool(_ name: String) throws(TraceFault) -> Bool { try Self.bool(name, required(name)) }

  mutating func optionalBool(_ name: String) throws(TraceFault) -> Bool? {
    guard let value = optional(name) else { return nil }
    return try Self.bool(name, value)
  }

  private static func bool(_ name: String, _ value: JSONValue) throws(TraceFault) -> Bool {
    guard case .bool(let truth) = value else { throw .wrongType(field: name, expected: "true or false") }
    return truth
  }

  // MARK: hexadecimal numbers

  /// A number in a string, no greater than the greatest of its type or `limit`.
  mutating func hex<Number: FixedWidthInteger & UnsignedInteger>(
    _ name: String, upTo limit: Number = .max
  ) throws(TraceFault) -> Number {
    try Self.hex(name, required(name), upTo: limit)
  }

  mutating func optionalHex<Number: FixedWidthInteger & UnsignedInteger>(
    _ name: String, upTo limit: Number = .max
  ) throws(TraceFault) -> Number? {
    guard let value = optional(name) else { return nil }
    return try Self.hex(name, value, upTo: limit)
  }

  mutating func hexArray(_ name: String) throws(TraceFault) -> [UInt64] {
    let expected = "an array of strings with hexadecimal numbers"
    guard case .array(let elements) = try required(name) else { throw .wrongType(field: name, expected: expected) }
    var numbers: [UInt64] = []
    numbers.reserveCapacity(elements.count)
    for element in elements { numbers.append(try Self.hex(name, element, upTo: .max)) }
    return numbers
  }

  private static func hex<Number: FixedWidthInteger & UnsignedInteger>(
    _ name: String, _ value: JSONValue, upTo limit: Number
  ) throws(TraceFault) -> Number {
    guard case .string(let text) = value else {
      throw .wrongType(field: name, expected: "a string with a hexadecimal number, such as \"0x186\"")
    }
    guard let number = hexadecimal(text) else { throw .notHexadecimal(field: name, found: text) }
    guard number <= UInt64(limit) else {
      throw .outOfRange(field: name, found: quoted(text), limit: "0x" + String(limit, radix: 16))
    }
    return Number(number)
  }

  /// `0x` and 1 to 16 hexadecimal digits, nothing else.
  static func hexadecimal(_ text: String) -> UInt64? {
    let digits = text.utf8.dropFirst(2)
    guard text.utf8.starts(with: "0x".utf8), (1...16).contains(digits.count) else { return nil }
    // UInt64's own reading would also take a sign.
    guard digits.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }) else { return nil }
    return UInt64(String(decoding: digits, as: UTF8.self), radix: 16)
  }

  // MARK: counts

  /// A JSON number from 0 to the greatest of its type or `limit`.
  mutating func count<Number: FixedWidthInteger & UnsignedInteger>(
    _ name: String, upTo limit: Number = .max
  ) throws(TraceFault) -> Number {
    try Self.count(name, required(name), upTo: limit)
  }

  mutating func optionalCount<Number: FixedWidthInteger & UnsignedInteger>(
    _ name: String, upTo limit: Number = .max
  ) throws(TraceFault) -> Number? {
    guard let value = optional(name) else { return nil }
    return try Self.count(name, value, upTo: limit)
  }

  private static func count<Number: FixedWidthInteger & UnsignedInteger>(
    _ name: String, _ value: JSONValue, upTo limit: Number
  ) throws(TraceFault) -> Number {
    switch value {
    case .integer(let number) where number <= UInt64(limit): return Number(number)
    case .integer(let number): throw .outOfRange(field: name, found: String(number), limit: String(limit))
    default: throw .wrongType(field: name, expected: "a whole number from 0 to \(limit), without quotes")
    }
  }

  // MARK: objects

  mutating func fields(_ name: String) throws(TraceFault) -> Fields {
    guard case .object(let members) = try required(name) else {
      throw .wrongType(field: name, expected: "an object")
    }
    return Fields(members)
  }

  mutating func optionalFields(_ name: String) throws(TraceFault) -> Fields? {
    guard names.contains(name) else { return nil }
    return try fields(name)
  }
}

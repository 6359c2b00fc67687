/// One JSON object on one line (RFC 8259), field by field, in the order of the calls and without spaces.
package struct JSONWriter {
  private var text = "{"
  private var isFirst = true

  package init() {}

  private mutating func name(_ name: String) {
    if !isFirst { text += "," }
    isFirst = false
    Self.append(name, to: &text)
    text += ":"
  }

  package mutating func string(_ name: String, _ value: String) {
    self.name(name)
    Self.append(value, to: &text)
  }

  package mutating func hex(_ name: String, _ value: some UnsignedInteger) {
    string(name, hexadecimal(value))
  }

  package mutating func count(_ name: String, _ value: some BinaryInteger) {
    self.name(name)
    text += String(value)
  }

  package mutating func bool(_ name: String, _ value: Bool) {
    self.name(name)
    text += value ? "true" : "false"
  }

  package mutating func hexArray(_ name: String, _ values: [UInt64]) {
    self.name(name)
    text += "[" + values.map { "\"\(hexadecimal($0))\"" }.joined(separator: ",") + "]"
  }

  package mutating func object(_ name: String, _ members: (inout JSONWriter) -> Void) {
    self.name(name)
    var inner = JSONWriter()
    members(&inner)
    text += inner.finished
  }

  package mutating func strings(_ name: String, _ values: [String]) {
    self.name(name)
    text += "["
    for (place, value) in values.enumerated() {
      if place > 0 { text += "," }
      Self.append(value, to: &text)
    }
    text += "]"
  }

  /// A number, or null where there is none.
  package mutating func number(_ name: String, _ value: FixedPoint?) {
    self.name(name)
    text += value?.description ?? "null"
  }

  package mutating func objects(_ name: String, _ values: [JSONWriter]) {
    self.name(name)
    text += "[" + values.map { $0.finished }.joined(separator: ",") + "]"
  }

  /// Objects that are written already.
  package mutating func objects(_ name: String, lines: [String]) {
    self.name(name)
    text += "[" + lines.joined(separator: ",") + "]"
  }

  /// The whole object, without a line feed.
  package var finished: String { text + "}" }

  private static func append(_ value: String, to text: inout String) {
    text += "\""
    for scalar in value.unicodeScalars {
      switch scalar {
      case "\"": text += "\\\""
      case "\\": text += "\\\\"
      case "\u{8}": text += "\\b"
      case "\u{C}": text += "\\f"
      case "\n": text += "\\n"
      case "\r": text += "\\r"
      case "\t": text += "\\t"
      case _ where scalar.value < 0x20:
        let digits = String(scalar.value, radix: 16)
        text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: text.unicodeScalars.append(scalar)
      }
    }
    text += "\""
  }
}

/// As numbers stand in traces and messages.
package func hexadecimal(_ value: some BinaryInteger) -> String { "0x" + String(value, radix: 16) }

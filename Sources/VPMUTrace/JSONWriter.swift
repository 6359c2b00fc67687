/// A line under construction: the canonical form, fields in a fixed order, without spaces.
struct JSONWriter {
  private(set) var text = "{"
  private var isFirst = true

  private mutating func name(_ name: String) {
    if !isFirst { text += "," }
    isFirst = false
    Self.append(name, to: &text)
    text += ":"
  }

  mutating func string(_ name: String, _ value: String) {
    self.name(name)
    Self.append(value, to: &text)
  }

  mutating func hex(_ name: String, _ value: some UnsignedInteger) {
    string(name, hexadecimal(value))
  }

  mutating func count(_ name: String, _ value: some BinaryInteger) {
    self.name(name)
    text += String(value)
  }

  mutating func bool(_ name: String, _ value: Bool) {
    self.name(name)
    text += value ? "true" : "false"
  }

  mutating func hexArray(_ name: String, _ values: [UInt64]) {
    self.name(name)
    text += "[" + values.map { "\"\(hexadecimal($0))\"" }.joined(separator: ",") + "]"
  }

  mutating func object(_ name: String, _ members: (inout JSONWriter) -> Void) {
    self.name(name)
    var inner = JSONWriter()
    members(&inner)
    text += inner.finished
  }

  /// The whole object, without a line feed.
  var finished: String { text + "}" }

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
func hexadecimal(_ value: some BinaryInteger) -> String { "0x" + String(value, radix: 16) }

/// One JSON object on one line, field by field (RFC 8259).
struct JSONObject {
  private var text = "{"

  mutating func add(_ name: String, _ value: some BinaryInteger) { add(name, raw: "\(value)") }

  mutating func add(_ name: String, _ value: String) { add(name, raw: Self.quoted(value)) }

  mutating func add(_ name: String, _ values: [String]) {
    add(name, raw: "[" + values.map(Self.quoted).joined(separator: ",") + "]")
  }

  mutating func add(_ name: String, _ value: FixedPoint) { add(name, raw: value.description) }

  /// Null, where there is none.
  mutating func add(_ name: String, _ value: FixedPoint?) { add(name, raw: value?.description ?? "null") }

  mutating func add(_ name: String, _ value: JSONObject) { add(name, raw: value.line) }

  private mutating func add(_ name: String, raw: String) {
    if text.utf8.count > 1 { text += "," }
    text += Self.quoted(name) + ":" + raw
  }

  /// The whole object, without a line feed.
  var line: String { text + "}" }

  private static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case _ where scalar.value < 0x20:
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}

/// A number with some decimal places, kept as an integer.
struct FixedPoint: CustomStringConvertible {
  var units: UInt64
  /// Places behind the point: `units` is in 10^-places.
  var places: Int

  init(hundredths: UInt64) {
    units = hundredths
    places = 2
  }

  init(thousandths: UInt64) {
    units = thousandths
    places = 3
  }

  init(hundredThousandths: UInt64) {
    units = hundredThousandths
    places = 5
  }

  init(whole: UInt64) {
    units = whole
    places = 0
  }

  var description: String {
    guard places > 0 else { return String(units) }
    let digits = String(units)
    let padded = String(repeating: "0", count: max(0, places + 1 - digits.count)) + digits
    return padded.dropLast(places) + "." + padded.suffix(places)
  }
}

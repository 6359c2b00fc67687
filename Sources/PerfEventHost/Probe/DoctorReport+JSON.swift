/// The report for programs.
extension DoctorReport {
  /// One JSON object on one line: `best_host`, `reason`, `findings` with `name`, `value`, `verdict`, `advice` (absent
  /// if there is none).
  public var json: String {
    let items = findings.map { finding in
      var fields = [
        "\"name\":" + Self.quoted(finding.name), "\"value\":" + Self.quoted(finding.value),
        "\"verdict\":" + Self.quoted(finding.verdict.rawValue),
      ]
      if let advice = finding.advice { fields.append("\"advice\":" + Self.quoted(advice)) }
      return "{" + fields.joined(separator: ",") + "}"
    }
    return "{\"best_host\":" + Self.quoted(bestHost.rawValue) + ",\"reason\":" + Self.quoted(reason)
      + ",\"findings\":[" + items.joined(separator: ",") + "]}"
  }

  /// RFC 8259, 7.
  static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case _ where scalar.value < 0x20:
        let hex = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}

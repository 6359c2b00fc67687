import Glibc

/// Why a trace could not be read or written.
public enum TraceError: Error, Equatable, Sendable {
  /// The file can't be opened or read; `errno` is the system's.
  case unreadable(file: String, errno: Int32)
  /// The file can't be created or written; `errno` is the system's.
  case unwritable(file: String, errno: Int32)
  /// Line `line` (from 1) is not what the format says.
  case malformed(file: String, line: Int, TraceFault)
}

extension TraceError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .unreadable(let file, let errno):
      "\(file): can't be read: \(String(cString: strerror(errno))): give a readable file of trace lines"
    case .unwritable(let file, let errno):
      "\(file): can't be written: \(String(cString: strerror(errno))): choose another place for the recording"
    case .malformed(let file, let line, let fault): "\(file):\(line): \(fault)"
    }
  }
}

/// What is wrong with a line of a trace.
public enum TraceFault: Error, Equatable, Sendable {
  /// The file has no line at all.
  case empty
  /// The line is longer than `limit` bytes.
  case lineTooLong(limit: Int)
  case notUTF8
  /// Not one JSON object. `column` counts bytes from 1.
  case notJSON(column: Int, expected: String)
  case unknownOperation(String)
  /// The first line is another operation than `configure`.
  case configurationMissing(found: String)
  /// A `configure` that is not the first line.
  case configurationRepeated
  case missingField(String)
  /// A field that the operation does not have, or can't have together with the others.
  case unknownField(String, operation: String)
  case wrongType(field: String, expected: String)
  /// Not `0x` and 1 to 16 hexadecimal digits.
  case notHexadecimal(field: String, found: String)
  /// A number above `limit`.
  case outOfRange(field: String, found: String, limit: String)
  /// A word that is none of `choices`.
  case unknownWord(field: String, found: String, choices: [String])
}

extension TraceFault: CustomStringConvertible {
  public var description: String {
    switch self {
    case .empty: "the file is empty: the first line must be a configure operation"
    case .lineTooLong(let limit): "the line is longer than \(limit) bytes: this is not a trace"
    case .notUTF8: "the line is not UTF-8 text: write traces as UTF-8"
    case .notJSON(let column, let expected): "not a JSON object: expected \(expected) at column \(column)"
    case .unknownOperation(let name):
      "unknown operation \(quoted(name)): use one of configure, \(TraceOperation.names.joined(separator: ", "))"
    case .configurationMissing(let found):
      "the first operation is \(quoted(found)): begin the file with a configure operation"
    case .configurationRepeated: "a second configure: put each virtual PMU's life in a file of its own"
    case .missingField(let field): "field \(quoted(field)) is missing: add it"
    case .unknownField(let field, let operation):
      "operation \(operation) can't have the field \(quoted(field)) here: correct its name or remove it"
    case .wrongType(let field, let expected): "field \(quoted(field)) has the wrong type: it must be \(expected)"
    case .notHexadecimal(let field, let found):
      "field \(quoted(field)) is \(quoted(found)): write it as \"0x\" and 1 to 16 hexadecimal digits"
    case .outOfRange(let field, let found, let limit):
      "field \(quoted(field)) is \(found): it must not be above \(limit)"
    case .unknownWord(let field, let found, let choices):
      "field \(quoted(field)) is \(quoted(found)): use \(choices.map(quoted).joined(separator: " or "))"
    }
  }
}

/// Foreign text for a message: short, on one line, without control characters.
func quoted(_ text: String) -> String {
  var result = "\""
  for scalar in text.unicodeScalars.prefix(48) { result += scalar.escaped(asASCII: false) }
  return result + (text.unicodeScalars.count > 48 ? "…\"" : "\"")
}

import Glibc

extension Trace {
  /// Bytes that a line may have: a filter of 300 entries takes 7000.
  public static let longestLine = 64 * 1024

  /// Reads the file at `path`, which then names the trace.
  ///
  /// It is read piece by piece, so that a file that is no trace is refused at its first line, however large it is.
  public init(contentsOf path: String) throws(TraceError) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .unreadable(file: path, errno: errno) }
    defer { close(descriptor) }
    var lines = TraceLines(file: path)
    var piece = [UInt8](repeating: 0, count: Self.longestLine)
    while true {
      let count = piece.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { throw .unreadable(file: path, errno: errno) }
      guard count > 0 else { break }
      try lines.take(piece[..<count])
    }
    self = try lines.finish()
  }

  /// Reads the content of a file.
  ///
  /// - Parameter file: its name, for messages
  public init(parsing text: some Sequence<UInt8>, file: String) throws(TraceError) {
    var lines = TraceLines(file: file)
    try lines.take(Array(text)[...])
    self = try lines.finish()
  }

  /// Writes the file at `path`, replacing it.
  public func write(to path: String) throws(TraceError) {
    let recorder = try TraceRecorder(path: path, configuration: configuration)
    for step in steps { try recorder.record(step.operation) }
    try recorder.finish()
  }
}

/// Cuts bytes that arrive in pieces into lines.
private struct TraceLines {
  private var parser: TraceParser
  /// The beginning of the next line.
  private var line: [UInt8] = []

  init(file: String) { parser = TraceParser(file: file) }

  mutating func take(_ piece: ArraySlice<UInt8>) throws(TraceError) {
    var rest = piece
    while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
      try append(rest[..<end])
      try parser.take(line)
      line.removeAll(keepingCapacity: true)
      rest = rest[(end + 1)...]
    }
    try append(rest)
  }

  /// The last line may lack its line feed.
  mutating func finish() throws(TraceError) -> Trace {
    if !line.isEmpty { try parser.take(line) }
    return try parser.finish()
  }

  private mutating func append(_ bytes: ArraySlice<UInt8>) throws(TraceError) {
    guard line.count + bytes.count <= Trace.longestLine else { throw parser.refuseLongLine(limit: Trace.longestLine) }
    line += bytes
  }
}

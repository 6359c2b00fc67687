import Glibc

/// Writes a trace while it happens: the configuration at once, then a line for each operation, buffered.
///
/// It belongs to one thread, that of the virtual CPU that is recorded. Recording allocates and, every
/// 64 KiB, writes: it is for finding out, not for the hot path of a product.
public final class TraceRecorder {
  private let file: String
  private var descriptor: Int32
  private var buffer: [UInt8] = []

  private static let flushSize = 64 * 1024

  /// Creates the file at `path`, or empties it.
  public init(path: String, configuration: TraceConfiguration) throws(TraceError) {
    file = path
    descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw .unwritable(file: path, errno: errno) }
    append(configuration.text)
  }

  deinit {
    if descriptor >= 0 { close(descriptor) }
  }

  /// Adds an operation and the answer it gave.
  public func record(_ operation: TraceOperation) throws(TraceError) {
    append(operation.text)
    if buffer.count >= Self.flushSize { try flush() }
  }

  /// Writes what is buffered and closes the file. Without it the end of a recording may be missing; after it
  /// nothing more can be recorded.
  public func finish() throws(TraceError) {
    guard descriptor >= 0 else { return }
    try flush()
    let result = close(descriptor)
    descriptor = -1
    // A full disk may show here only.
    guard result == 0 else { throw .unwritable(file: file, errno: errno) }
  }

  private func append(_ line: String) {
    buffer += line.utf8
    buffer.append(UInt8(ascii: "\n"))
  }

  /// Writes what is buffered.
  public func flush() throws(TraceError) {
    var written = 0
    while written < buffer.count {
      let count = buffer[written...].withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { throw .unwritable(file: file, errno: errno) }
      written += count
    }
    buffer.removeAll(keepingCapacity: true)
  }
}

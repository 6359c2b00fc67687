import Glibc

/// Why a file can't be read.
struct FileError: Error, CustomStringConvertible {
  let description: String
}

/// All bytes of a file, not more than `limit`.
func contents(of path: String, limit: Int) throws(FileError) -> [UInt8] {
  func failure() -> FileError { FileError(description: "\(path): \(String(cString: strerror(errno)))") }
  let descriptor = open(path, O_RDONLY | O_CLOEXEC)
  guard descriptor >= 0 else { throw failure() }
  defer { close(descriptor) }
  var bytes: [UInt8] = []
  while true {
    var count = 0
    let piece = [UInt8](unsafeUninitializedCapacity: 1 << 20) { buffer, initialized in
      count = read(descriptor, buffer.baseAddress, buffer.count)
      initialized = max(0, count)
    }
    guard count >= 0 else { throw failure() }
    if piece.isEmpty { return bytes }
    bytes += piece
    guard bytes.count <= limit else { throw FileError(description: "\(path): more than \(limit >> 20) MB") }
  }
}

/// Text on standard error.
func tell(_ text: String) { write(Array("TestKernel: \(text)\n".utf8), to: STDERR_FILENO) }

/// Bytes, as they come.
func write(_ bytes: [UInt8], to descriptor: Int32) {
  var rest = bytes[...]
  while !rest.isEmpty {
    let written = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
    guard written > 0 || errno == EINTR else { return }
    rest = rest.dropFirst(max(0, written))
  }
}

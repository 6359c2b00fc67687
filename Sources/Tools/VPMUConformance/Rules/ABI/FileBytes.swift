import Glibc

/// The contents of a plugin's file.
enum FileBytes {
  /// More bytes than any plugin has.
  private static let limit = 1 << 28

  /// - Throws: `violated`, if there is no such file or it can't be read
  static func read(_ path: String) throws(Finding) -> [UInt8] {
    // Not blocking: opening a FIFO would wait for a writer.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
    guard descriptor >= 0 else { throw failed(path, errno) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw failed(path, errno) }
    guard status.st_mode & S_IFMT == S_IFREG else { throw .violated("\(path) is no regular file") }
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 1 << 16)
    while bytes.count < limit {
      let count = piece.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { throw failed(path, errno) }
      guard count > 0 else { break }
      bytes += piece[..<count]
    }
    return bytes
  }

  private static func failed(_ path: String, _ error: Int32) -> Finding {
    if error == ENOENT && !path.contains("/") { return .violated("no plugin and no file is called \(path)") }
    return .violated("\(path) can't be read: \(String(cString: strerror(error)))")
  }
}

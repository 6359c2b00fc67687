import CLibc

/// Bytes that are read piece by piece, and never beyond their end.
package protocol ByteSource: ~Copyable {
  /// Exactly `count` bytes from `offset` on, nil if they are not all there.
  func bytes(at offset: UInt64, count: Int) -> [UInt8]?
}

extension [UInt8]: ByteSource {
  package func bytes(at offset: UInt64, count: Int) -> [UInt8]? {
    guard let start = Int(exactly: offset), count >= 0, start <= self.count, count <= self.count - start else {
      return nil
    }
    return Array(self[start..<start + count])
  }
}

/// An open regular file. Pieces are read with pread(2) and not mapped: a file that shrinks must not end the process.
struct OpenFile: ByteSource, ~Copyable {
  private let descriptor: Int32
  let status: stat

  enum Failure: Error {
    case system(errno: Int32)
    case notRegular
  }

  /// - Parameter path: without symbolic links
  init(path: String) throws(Failure) {
    // Not blocking: opening a FIFO would wait for a writer.
    descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY)
    guard descriptor >= 0 else { throw .system(errno: errno) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      let error = errno
      close(descriptor)
      throw .system(errno: error)
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      throw .notRegular
    }
    self.status = status
  }

  deinit { close(descriptor) }

  func bytes(at offset: UInt64, count: Int) -> [UInt8]? {
    let size = UInt64(clamping: status.st_size)
    guard count >= 0, offset <= size, UInt64(count) <= size - offset else { return nil }
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      while filled < count {
        let rest = UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[filled...])
        let read = pread(descriptor, rest.baseAddress, rest.count, off_t(offset) + off_t(filled))
        if read < 0 && errno == EINTR { continue }
        guard read > 0 else { return }
        filled += read
      }
    }
    return bytes.count == count ? bytes : nil
  }
}

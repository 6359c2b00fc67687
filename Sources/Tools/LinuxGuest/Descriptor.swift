import CLinux
import Glibc

/// Calls on descriptors.
enum Descriptor {
  static func readToEnd(_ descriptor: Int32) throws(LinuxGuestError) -> [UInt8] {
    var bytes: [UInt8] = []
    while let more = try read(descriptor) {
      bytes += more
    }
    return bytes
  }

  /// What there is, at most `most` bytes; nil at the end. Nothing, if the descriptor does not block and has none.
  static func read(_ descriptor: Int32, most: Int = Frame.mostBytes) throws(LinuxGuestError) -> [UInt8]? {
    while true {
      var count = 0
      let bytes = [UInt8](unsafeUninitializedCapacity: most) { buffer, length in
        count = Glibc.read(descriptor, buffer.baseAddress, most)
        length = max(count, 0)
      }
      if count > 0 { return bytes }
      if count == 0 { return nil }
      switch errno {
      case EINTR: continue
      case EAGAIN: return []
      // The other side of a connection is gone, or that of a terminal.
      case ECONNRESET, EIO: return nil
      case let error: throw .system("read", errno: error)
      }
    }
  }

  /// Writes what it can; how many bytes that is. 0: nothing for now.
  static func write(_ bytes: some Collection<UInt8>, to descriptor: Int32) throws(LinuxGuestError) -> Int {
    let bytes = Array(bytes)
    while true {
      let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count >= 0 { return count }
      switch errno {
      case EINTR: continue
      case EAGAIN: return 0
      case let error: throw .system("write", errno: error)
      }
    }
  }

  /// Two ends of a connection.
  static func connection() throws(LinuxGuestError) -> (Int32, Int32) {
    var ends: [Int32] = [-1, -1]
    let result = clinux_connection(&ends)
    guard result == 0 else { throw .system("socketpair", errno: -result) }
    return (ends[0], ends[1])
  }

  static func setNonBlocking(_ descriptor: Int32) { _ = fcntl(descriptor, F_SETFL, O_NONBLOCK) }
}

import Glibc

/// What the kernel sends on its serial line, to standard output: line by line, and in pieces of 256 bytes where lines
/// are longer.
///
/// Nobody may read there. Then the kernel waits, as long as its time limit allows, and what comes after that is lost.
final class SerialOutput {
  private var bytes: [UInt8] = []
  private let end: UInt64

  /// Less than a pipe takes at once when poll(2) says that it can be written.
  private static let mostBytes = 256

  /// - Parameter timeLimit: ns from now on
  init(timeLimit: UInt64) {
    end = monotonicTime() &+ timeLimit
    bytes.reserveCapacity(Self.mostBytes)
  }

  func put(_ byte: UInt8) {
    bytes.append(byte)
    if byte == UInt8(ascii: "\n") || bytes.count == Self.mostBytes { flush() }
  }

  /// Writes what there is.
  func flush() {
    defer { bytes.removeAll(keepingCapacity: true) }
    guard !bytes.isEmpty, isReady() else { return }
    write(bytes, to: STDOUT_FILENO)
  }

  /// Waits until standard output takes something.
  private func isReady() -> Bool {
    while true {
      let now = monotonicTime()
      let left = now < end ? (end - now) / 1_000_000 : 0
      var output = pollfd(fd: STDOUT_FILENO, events: Int16(POLLOUT), revents: 0)
      let ready = poll(&output, 1, Int32(left))
      // The signals that interrupt the guest come here too.
      guard ready < 0, errno == EINTR, left > 0 else { return ready > 0 }
    }
  }
}

/// CLOCK_MONOTONIC, in ns.
private func monotonicTime() -> UInt64 {
  var now = timespec()
  clock_gettime(CLOCK_MONOTONIC, &now)
  return UInt64(now.tv_sec) &* 1_000_000_000 &+ UInt64(now.tv_nsec)
}

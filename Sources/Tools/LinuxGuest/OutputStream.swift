import Glibc

/// A stream of the command that goes to one of this process.
struct OutputStream {
  let descriptor: Int32
  private(set) var pending: [UInt8] = []
  /// Its reader is gone; what comes is dropped.
  private(set) var isClosed = false

  init(_ descriptor: Int32) { self.descriptor = descriptor }

  mutating func append(_ bytes: [UInt8]) { if !isClosed { pending += bytes } }

  /// Writes what the reader takes without waiting, when poll(2) says that it takes some.
  mutating func flush() {
    guard !pending.isEmpty else { return }
    do {
      // A pipe that is ready takes so much at least.
      let count = try Descriptor.write(pending.prefix(Int(PIPE_BUF)), to: descriptor)
      pending.removeFirst(count)
    } catch {
      pending = []
      isClosed = true
    }
  }
}

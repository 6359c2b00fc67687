/// A message between `vpmu linux` and the guest's first process: a type, three zero bytes, the length of the data
/// (little-endian), the data.
struct Frame: Equatable {
  enum Kind: UInt8 {
    case input = 0x69
    case window = 0x77
    case signal = 0x73
    case close = 0x63
    case started = 0x62
    case taken = 0x61
    case output = 0x6F
    case errors = 0x65
    case exit = 0x78
    case failure = 0x66
  }

  /// Data of a frame, and standard input that may be on its way, in bytes.
  static let mostBytes = 64 * 1024
  static let headerBytes = 8

  var kind: Kind
  var data: [UInt8] = []

  var bytes: [UInt8] {
    var bytes: [UInt8] = [kind.rawValue, 0, 0, 0]
    bytes.append(littleEndian: UInt32(data.count))
    return bytes + data
  }

  /// The number that the data is, as in `taken` and `exit`.
  var number: UInt32 { data.prefix(4).reversed().reduce(0) { $0 &<< 8 | UInt32($1) } }
}

/// Frames from a stream of bytes that comes in parts.
struct FrameReader {
  private var buffer: [UInt8] = []

  mutating func append(_ bytes: some Sequence<UInt8>) { buffer += bytes }

  /// The next whole frame; nil: more bytes are needed.
  ///
  /// - Throws: `LinuxGuestError.protocol`, if what comes is no frame: the guest can do that, and it ends the guest
  mutating func next() throws(LinuxGuestError) -> Frame? {
    guard buffer.count >= Frame.headerBytes else { return nil }
    let length = buffer[4..<8].reversed().reduce(0) { $0 << 8 | Int($1) }
    guard let kind = Frame.Kind(rawValue: buffer[0]), length <= Frame.mostBytes else { throw .protocol }
    guard buffer.count >= Frame.headerBytes + length else { return nil }
    let frame = Frame(kind: kind, data: Array(buffer[Frame.headerBytes..<Frame.headerBytes + length]))
    buffer.removeFirst(Frame.headerBytes + length)
    return frame
  }
}

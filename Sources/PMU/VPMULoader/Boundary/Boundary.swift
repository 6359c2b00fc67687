import CVPMU

/// Sizes and limits by which a plugin's tables are read. A reader takes min(their size, own size) bytes of a struct and
/// zeros for the rest, so that either side may be newer.
enum Boundary {
  /// The size of each struct in version 1.0 of the ABI, in bytes. These never change.
  enum Minimum {
    static let info: UInt32 = 144
    static let preset: UInt32 = 48
    /// Through the required callback.
    static let ops: UInt32 = 16
    static let leaf: UInt32 = 24
    static let range: UInt32 = 40
    static let event: UInt32 = 40
  }

  /// More than this is a mistake, and would let a loader read through memory for a long time.
  enum Limit {
    static let elementSize: UInt32 = 1 << 16
    static let elements: UInt32 = 4096
    /// Bytes of a string.
    static let text = 4096
  }

  /// Copies a struct of `size` bytes from the other side into `value`, which is all zero.
  static func copy<Value: BitwiseCopyable>(_ source: UnsafeRawPointer, size: UInt32, into value: inout Value) {
    withUnsafeMutableBytes(of: &value) { own in
      own.copyMemory(from: UnsafeRawBufferPointer(start: source, count: min(own.count, Int(size))))
    }
  }

  /// The size that a struct begins with.
  static func size(of source: UnsafeRawPointer) -> UInt32 { source.loadUnaligned(as: UInt32.self) }
}

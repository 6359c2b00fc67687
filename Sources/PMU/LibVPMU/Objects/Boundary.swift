import CLibVPMU

/// Reading and writing what a C caller hands over.
///
/// A struct begins with its size in bytes. As many bytes are read or written as both sides know; the rest is zero.
enum Boundary {
  /// A larger size is a mistake.
  static let longestStruct: UInt32 = 1 << 16
  /// Elements that an array of the caller may have.
  static let longestArray: UInt32 = 1 << 16

  /// - Returns: nil if the size is none
  static func read<Value: BitwiseCopyable>(_ source: UnsafePointer<Value>, zero: Value) -> Value? {
    let size = UnsafeRawPointer(source).loadUnaligned(as: UInt32.self)
    guard size >= 4, size <= longestStruct else { return nil }
    var value = zero
    withUnsafeMutableBytes(of: &value) { own in
      own.copyMemory(from: UnsafeRawBufferPointer(start: source, count: min(own.count, Int(size))))
    }
    return value
  }

  /// Writes all but the size, which stays the caller's.
  ///
  /// - Returns: false if the size is none
  static func write<Value: BitwiseCopyable>(_ value: Value, to target: UnsafeMutablePointer<Value>) -> Bool {
    let raw = UnsafeMutableRawPointer(target)
    let size = raw.loadUnaligned(as: UInt32.self)
    guard size >= 4, size <= longestStruct else { return false }
    withUnsafeBytes(of: value) { own in
      let count = min(own.count, Int(size)) - 4
      if count > 0 { (raw + 4).copyMemory(from: own.baseAddress! + 4, byteCount: count) }
    }
    return true
  }

  /// The elements of an array of the caller; nil if it is NULL and not empty, or too long.
  static func elements<Element>(_ start: UnsafePointer<Element>?, _ count: UInt32) -> UnsafeBufferPointer<Element>? {
    guard count <= longestArray, start != nil || count == 0 else { return nil }
    return UnsafeBufferPointer(start: start, count: Int(count))
  }

  /// Stores `values` in a buffer of the caller, and their number in `count`, whether or not they fit.
  static func store<Element>(
    _ values: [Element], in buffer: UnsafeMutablePointer<Element>?, _ count: UnsafeMutablePointer<UInt32>
  ) -> Int32 {
    let capacity = Int(count.pointee)
    count.pointee = UInt32(truncatingIfNeeded: values.count)
    guard values.count <= capacity else { return VPMU_ERROR_SPACE.rawValue }
    guard let buffer else { return values.isEmpty ? 0 : VPMU_ERROR_ARGUMENT.rawValue }
    for (index, value) in values.enumerated() { buffer[index] = value }
    return 0
  }

  /// A text in UTF-8 into a buffer of the caller: cut between characters, with a NUL behind it.
  ///
  /// - Returns: the length of the whole text in bytes
  @discardableResult
  static func store(_ text: String, in buffer: UnsafeMutableRawBufferPointer) -> Int {
    guard let last = buffer.indices.last else { return text.utf8.count }
    var length = 0
    for byte in text.utf8 {
      if length == last { break }
      buffer[length] = byte
      length += 1
    }
    if length < text.utf8.count {
      // Behind the last whole character.
      while length > 0, buffer[length - 1] & 0xC0 == 0x80 { length -= 1 }
      if length > 0, buffer[length - 1] & 0x80 != 0 { length -= 1 }
    }
    buffer[length] = 0
    return text.utf8.count
  }

  static func text(_ string: UnsafePointer<CChar>?) -> String? { string.map { String(cString: $0) } }
}

/// Strings handed to C: they live as long as the object that holds this.
final class CStrings {
  private var strings: [UnsafeMutablePointer<CChar>] = []

  /// The text up to its first NUL.
  func add(_ text: String) -> UnsafePointer<CChar> {
    let bytes = Array(text.utf8.prefix { $0 != 0 })
    let copy = UnsafeMutablePointer<CChar>.allocate(capacity: bytes.count + 1)
    for (index, byte) in bytes.enumerated() { copy[index] = CChar(bitPattern: byte) }
    copy[bytes.count] = 0
    strings.append(copy)
    return UnsafePointer(copy)
  }

  deinit { for string in strings { string.deallocate() } }
}

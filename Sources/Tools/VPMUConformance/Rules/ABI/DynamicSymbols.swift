/// The symbols that a shared library exports.
///
/// Source: System V ABI, chapter 4, "Sections" and "Symbol Table".
enum DynamicSymbols {
  /// Whether a plugin may export this name: its own, those that linkers define in every library, and those of Swift,
  /// which begin with the name of their module and can't be mixed up.
  static func isExpected(_ name: String) -> Bool {
    name.hasPrefix("vpmu_") || name.hasPrefix("$s") || ofLinkers.contains(name)
  }

  private static let ofLinkers: Set<String> = [
    "_init", "_fini", "_edata", "_end", "__bss_start", "__start_vpmu_abi", "__stop_vpmu_abi",
  ]

  private static let sectionType: UInt32 = 11
  private static let sectionHeader = 64
  private static let symbol = 24
  /// Global, weak, and unique in the process.
  private static let bindings: [UInt8] = [1, 2, 10]

  /// The names of the global and weak symbols that the library defines, in its order, without those outside the file.
  static func exported(by file: [UInt8]) -> [String] {
    file.withUnsafeBytes { bytes in
      guard let sections: UInt64 = load(bytes, 40), let count: UInt16 = load(bytes, 60) else { return [] }
      for index in 0..<UInt64(count) {
        let header = sections &+ index &* UInt64(sectionHeader)
        guard load(bytes, header &+ 4) as UInt32? == sectionType else { continue }
        guard let start: UInt64 = load(bytes, header &+ 24), let size: UInt64 = load(bytes, header &+ 32),
          let link: UInt32 = load(bytes, header &+ 40),
          let names: UInt64 = load(bytes, sections &+ UInt64(link) &* UInt64(sectionHeader) &+ 24)
        else { return [] }
        return (0..<min(size, UInt64(file.count)) / UInt64(symbol)).compactMap {
          name(bytes, symbol: start &+ $0 &* UInt64(symbol), names: names)
        }
      }
      return []
    }
  }

  /// The name of a symbol that is defined here and visible to other libraries; nil for any other.
  private static func name(_ bytes: UnsafeRawBufferPointer, symbol: UInt64, names: UInt64) -> String? {
    guard let offset: UInt32 = load(bytes, symbol), let info: UInt8 = load(bytes, symbol &+ 4),
      let section: UInt16 = load(bytes, symbol &+ 6), section != 0, bindings.contains(info >> 4),
      let start = Int(exactly: names &+ UInt64(offset)), start < bytes.count
    else { return nil }
    return String(decoding: bytes[start...].prefix { $0 != 0 }, as: UTF8.self)
  }

  private static func load<Number: FixedWidthInteger & BitwiseCopyable>(
    _ bytes: UnsafeRawBufferPointer, _ offset: UInt64
  ) -> Number? {
    guard let offset = Int(exactly: offset), offset <= bytes.count - MemoryLayout<Number>.size else { return nil }
    return Number(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: Number.self))
  }
}

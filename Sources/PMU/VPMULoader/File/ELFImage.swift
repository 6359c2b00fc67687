/// A shared library for this machine in ELF64 form: as much as it takes to find a section by name. What the file says
/// is never trusted: each offset and size is checked against the file's end.
///
/// Source: System V ABI, chapter 4, "Object Files"; AMD64 supplement, 4.1.
package struct ELFImage {
  /// Why a file is not a shared library that this process could load.
  package enum Refusal: Error, Equatable {
    case notELF
    case damaged(String)
    case wrongKind(String)
    case wrongArchitecture(String)
  }

  private enum Layout {
    static let headerSize = 64
    static let sectionHeaderSize = 64
    static let x86_64: UInt16 = 62
    static let sharedObject: UInt16 = 3
    static let programBits: UInt32 = 1
    /// No linker makes section names of more bytes; of a longer table only this much is read.
    static let namesLimit: UInt64 = 1 << 20
  }

  private let sections: ELFRecord
  private let sectionCount: Int
  private let names: [UInt8]

  package init(_ source: borrowing some ByteSource & ~Copyable) throws(Refusal) {
    guard let start = source.bytes(at: 0, count: 4), start == [0x7F, 0x45, 0x4C, 0x46] else { throw .notELF }
    guard let bytes = source.bytes(at: 0, count: Layout.headerSize) else { throw .damaged("the ELF header is cut off") }
    let header = ELFRecord(bytes: bytes)
    try Self.checkMachine(header)

    let nameSection = Int(header.u16(at: 62))
    sectionCount = Int(header.u16(at: 60))
    guard sectionCount > 0 else { throw .damaged("it has no section table") }
    guard header.u16(at: 58) == Layout.sectionHeaderSize else { throw .damaged("its section table has another form") }
    guard let table = source.bytes(at: header.u64(at: 40), count: sectionCount * Layout.sectionHeaderSize) else {
      throw .damaged("its section table lies outside the file")
    }
    sections = ELFRecord(bytes: table)
    guard nameSection < sectionCount else { throw .damaged("it has no section names") }
    let namesAt = nameSection * Layout.sectionHeaderSize
    let length = min(sections.u64(at: namesAt + 32), Layout.namesLimit)
    guard let names = source.bytes(at: sections.u64(at: namesAt + 24), count: Int(length)) else {
      throw .damaged("its section names lie outside the file")
    }
    self.names = names
  }

  /// The first `count` bytes of the section of that name; nil if there is none, or if it is shorter.
  package func section(
    _ name: StaticString, count: Int, of source: borrowing some ByteSource & ~Copyable
  ) -> [UInt8]? {
    for section in 0..<sectionCount {
      let header = section * Layout.sectionHeaderSize
      guard isNamed(name, at: sections.u32(at: header)), sections.u32(at: header + 4) == Layout.programBits else {
        continue
      }
      guard sections.u64(at: header + 32) >= UInt64(count) else { return nil }
      return source.bytes(at: sections.u64(at: header + 24), count: count)
    }
    return nil
  }

  private static func checkMachine(_ header: ELFRecord) throws(Refusal) {
    guard header.bytes[5] == 1 else { throw .wrongArchitecture("big-endian") }
    guard header.bytes[4] == 2 else { throw .wrongArchitecture("32-bit") }
    let machine = header.u16(at: 18)
    guard machine == Layout.x86_64 else { throw .wrongArchitecture(name(ofMachine: machine)) }
    guard header.u16(at: 16) == Layout.sharedObject else {
      throw .wrongKind("it is an ELF file, but no shared library")
    }
  }

  private static func name(ofMachine machine: UInt16) -> String {
    switch machine {
    case 3: "i386"
    case 21: "ppc64"
    case 22: "s390x"
    case 40: "arm"
    case 183: "aarch64"
    case 243: "riscv"
    case 258: "loongarch"
    default: "ELF machine \(machine)"
    }
  }

  private func isNamed(_ name: StaticString, at offset: UInt32) -> Bool {
    let length = name.utf8CodeUnitCount
    guard Int(offset) < names.count, names.count - Int(offset) > length else { return false }
    let found = names[Int(offset)..<Int(offset) + length]
    return names[Int(offset) + length] == 0
      && found.elementsEqual(UnsafeBufferPointer(start: name.utf8Start, count: length))
  }
}

/// Little-endian numbers in bytes. The caller has checked the length.
private struct ELFRecord {
  let bytes: [UInt8]

  func u16(at offset: Int) -> UInt16 { load(offset) }
  func u32(at offset: Int) -> UInt32 { load(offset) }
  func u64(at offset: Int) -> UInt64 { load(offset) }

  private func load<Number: FixedWidthInteger & BitwiseCopyable>(_ offset: Int) -> Number {
    bytes.withUnsafeBytes { Number(littleEndian: $0.loadUnaligned(fromByteOffset: offset, as: Number.self)) }
  }
}

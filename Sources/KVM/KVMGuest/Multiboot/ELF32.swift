/// An executable in the 32-bit ELF format for x86: what is loaded of it, and where it begins.
public struct ELF32: Sendable, Equatable {
  /// PT_LOAD: a piece of the file that goes to memory.
  public struct Segment: Sendable, Equatable {
    /// In the file.
    public var offset: UInt32
    public var fileSize: UInt32
    /// In memory: where it is loaded, where it is linked to run, and how many bytes it has there.
    public var physicalAddress: UInt32
    public var virtualAddress: UInt32
    public var memorySize: UInt32
    public var isExecutable: Bool

    var memory: Range<UInt64> { UInt64(physicalAddress)..<UInt64(physicalAddress) + UInt64(memorySize) }
  }

  /// The physical address of its first instruction.
  public private(set) var entry: UInt32
  public private(set) var segments: [Segment] = []

  private static let headerSize = 52
  private static let segmentSize = 32

  /// Reads the headers of a file and checks that its segments are in the file and apart from each other in memory.
  public init(_ file: [UInt8]) throws(KernelImageError) {
    guard file.starts(with: [0x7F, 0x45, 0x4C, 0x46]) else { throw .notELF }
    guard file.count >= Self.headerSize else { throw .truncated(what: "ELF header") }
    let header = ByteReader(file)
    guard file[4] == 1, file[5] == 1 else { throw .otherFormat("it is not for 32 bits, little-endian") }
    guard header.half(16) == 2 else { throw .otherFormat("it is no executable that is linked to fixed addresses") }
    guard header.half(18) == 3 else { throw .otherFormat("it is not for x86 (EM_386)") }
    entry = header.word(24)
    let place = Int(header.word(28))
    guard header.half(42) == UInt16(Self.segmentSize) else {
      throw .otherFormat("its program headers have another size")
    }
    let count = Int(header.half(44))
    guard place + count * Self.segmentSize <= file.count else { throw .truncated(what: "program headers") }
    for index in 0..<count {
      let at = place + index * Self.segmentSize
      guard header.word(at) == 1 else { continue }
      let segment = Segment(
        offset: header.word(at + 4), fileSize: header.word(at + 16), physicalAddress: header.word(at + 12),
        virtualAddress: header.word(at + 8), memorySize: header.word(at + 20),
        isExecutable: header.word(at + 24) & 1 != 0)
      guard segment.fileSize <= segment.memorySize else { throw .otherFormat("a segment is longer than its memory") }
      guard UInt64(segment.offset) + UInt64(segment.fileSize) <= UInt64(file.count) else {
        throw .truncated(what: "segment for \(hexadecimal(segment.physicalAddress))")
      }
      if segment.memorySize > 0 { segments.append(segment) }
    }
    guard !segments.isEmpty else { throw .otherFormat("it has nothing to load") }
    segments.sort { $0.physicalAddress < $1.physicalAddress }
    for (first, second) in zip(segments, segments.dropFirst()) where first.memory.overlaps(second.memory) {
      throw .overlap(first.physicalAddress, second.physicalAddress)
    }
    try findEntry()
  }

  /// The entry is an address that the program is linked for, which may not be where it is loaded.
  private mutating func findEntry() throws(KernelImageError) {
    let linked = entry
    func contains(_ start: UInt32, _ size: UInt32) -> Bool { linked >= start && linked - start < size }
    if let segment = segments.first(where: { contains($0.virtualAddress, $0.memorySize) }) {
      entry = segment.physicalAddress &+ (linked - segment.virtualAddress)
    } else if !segments.contains(where: { contains($0.physicalAddress, $0.memorySize) }) {
      throw .entryOutside(linked)
    }
  }
}

/// Little-endian numbers in a file, at places that are known to be in it.
struct ByteReader {
  private let bytes: [UInt8]

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  func half(_ place: Int) -> UInt16 { UInt16(bytes[place]) | UInt16(bytes[place + 1]) << 8 }
  func word(_ place: Int) -> UInt32 { UInt32(half(place)) | UInt32(half(place + 2)) << 16 }
}

func hexadecimal(_ value: some BinaryInteger) -> String { "0x" + String(value, radix: 16) }

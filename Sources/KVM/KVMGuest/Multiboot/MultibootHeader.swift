/// The header by which a multiboot kernel (version 1) is known: in the first 8192 bytes of its file, at a multiple of 4
/// (Multiboot specification 0.6.96, 3.1).
public struct MultibootHeader: Sendable, Equatable {
  /// Where it is in the file.
  public let place: Int
  public let flags: UInt32

  public static let magic: UInt32 = 0x1BAD_B002
  /// Bytes: magic, flags, checksum.
  static let size = 12
  private static let searched = 8192
  /// Requirements that any loader here meets: modules at page boundaries (0), memory information (1).
  private static let understood: UInt32 = 0b11
  /// Bits that a loader must understand, or give up.
  private static let requirements: UInt32 = 0xFFFF
  /// The header's own addresses are to be used and not the ELF file's.
  private static let hasAddresses: UInt32 = 1 << 16

  public init(in file: [UInt8]) throws(KernelImageError) {
    let reader = ByteReader(file)
    let last = min(file.count, Self.searched) - Self.size
    guard
      let place = stride(from: 0, through: last, by: 4).first(where: { place in
        reader.word(place) == Self.magic
          && reader.word(place) &+ reader.word(place + 4) &+ reader.word(place + 8) == 0
      })
    else { throw .noMultibootHeader }
    self.place = place
    flags = reader.word(place + 4)
    let refused = flags & Self.requirements & ~Self.understood
    guard refused == 0 else { throw .requirement(flags: refused) }
    guard flags & Self.hasAddresses == 0 else { throw .requirement(flags: Self.hasAddresses) }
  }
}

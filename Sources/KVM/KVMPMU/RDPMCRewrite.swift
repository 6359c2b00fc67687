/// RDPMC by replacement: `0F 33` in a guest's code becomes `E6 xx`, an OUT to a port, which has two bytes as well and
/// exits.
///
/// The code is decoded from the beginning of each segment, instruction by instruction (``InstructionLength``), so that
/// the two bytes are only replaced where they are an instruction: not in an immediate or a displacement. Where the
/// decoder meets bytes that it does not know, such as data between functions, it goes on after the next alignment
/// boundary that compilers start functions at; nothing before that is replaced. Every replacement is listed.
///
/// An OUT needs I/O privilege where RDPMC needs none: outside ring 0 the guest must run with IOPL 3 or a permission
/// bitmap, or it gets #GP. And code that the guest writes later is not seen.
public struct RDPMCRewrite: Sendable, Equatable {
  /// Where RDPMC was, as offsets into the segment.
  public private(set) var replaced: [Int] = []
  /// Where the two bytes stand but are no instruction, or were skipped with bytes that were not understood.
  public private(set) var leftAlone: [Int] = []
  /// Bytes skipped because they were not understood.
  public private(set) var skipped = 0

  /// 0x33: nothing is there in a PC, and the second byte of the instruction stays as it was.
  public static let usualPort: UInt8 = 0x33
  /// Functions begin at multiples of this.
  public static let alignment = 16

  /// Replaces RDPMC in one executable segment.
  ///
  /// - Parameters:
  ///   - code: the segment's bytes, in the guest's memory
  ///   - entry: where the first instruction is
  ///   - mode: 64-bit or 32-bit code
  ///   - port: of the OUT; no device of the VMM's may have it
  public init(
    _ code: UnsafeMutableRawBufferPointer, from entry: Int = 0, mode: InstructionLength.Mode,
    port: UInt8 = usualPort
  ) {
    var place = entry
    var boundaries: Set<Int> = []
    while place < code.count {
      let rest = UnsafeRawBufferPointer(rebasing: code[place...])
      guard let length = InstructionLength.of(rest, mode) else {
        let next = min((place / Self.alignment + 1) * Self.alignment, code.count)
        skipped += next - place
        place = next
        continue
      }
      if Self.isRDPMC(rest) {
        boundaries.insert(place)
        replaced.append(place)
      }
      place += length
    }
    for candidate in 0..<max(0, code.count - 1) where Self.isRDPMC(UnsafeRawBufferPointer(rebasing: code[candidate...]))
    {
      if !boundaries.contains(candidate) { leftAlone.append(candidate) }
    }
    for place in replaced {
      code[place] = 0xE6
      code[place + 1] = port
    }
  }

  private static func isRDPMC(_ bytes: UnsafeRawBufferPointer) -> Bool {
    bytes.count >= 2 && bytes[0] == 0x0F && bytes[1] == 0x33
  }
}

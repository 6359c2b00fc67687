import KVMPMU

/// A multiboot kernel (version 1) in an ELF32 file: what people test PMUs with.
///
/// ```
/// 0x1000    information block, command line: below 640 KB, where no kernel is loaded
/// 0x100000  the kernel, wherever its segments want to be
///           modules, each at a page boundary, after the kernel
/// ```
public struct MultibootKernel: Sendable {
  public let file: [UInt8]
  public let header: MultibootHeader
  public let elf: ELF32

  /// What EAX holds at the entry.
  public static let bootMagic: UInt32 = 0x2BAD_B002
  /// The most bytes of memory that are reported to a kernel: addresses have 32 bits.
  static let mostMemory: UInt64 = 0xFFFF_F000
  static let pageSize: UInt64 = 4096
  static let lowMemory: Range<UInt64> = 0x1000..<0x9_F000

  /// Checks a file. Nothing that is in one can make it trap.
  public init(_ file: [UInt8]) throws(KernelImageError) {
    elf = try ELF32(file)
    header = try MultibootHeader(in: file)
    self.file = file
  }

  /// Loads it.
  ///
  /// - Parameters:
  ///   - memory: the guest's from address 0 on, all zero
  ///   - modules: their bytes, and the command line of each
  public func load(
    into memory: UnsafeMutableRawBufferPointer, commandLine: String,
    modules: [(bytes: [UInt8], commandLine: String)] = []
  ) throws(KernelImageError) -> Loaded {
    let size = min(UInt64(memory.count), Self.mostMemory)
    guard size > MultibootInformation.upperMemory else { throw .noRoom(what: "a kernel", memory: memory.count) }
    for segment in elf.segments {
      guard segment.memory.upperBound <= size else {
        throw .outsideMemory(segment.physicalAddress, memory: memory.count)
      }
      copy(
        file[Int(segment.offset)..<Int(segment.offset) + Int(segment.fileSize)], to: segment.memory.lowerBound, memory)
    }
    var free = max(elf.segments.map(\.memory.upperBound).max() ?? 0, 0x10_0000)
    var information = MultibootInformation(memory: size, commandLine: commandLine)
    for module in modules {
      free = (free + Self.pageSize - 1) / Self.pageSize * Self.pageSize
      let end = free + UInt64(module.bytes.count)
      guard end <= size else { throw .noRoom(what: "the module \(module.commandLine)", memory: memory.count) }
      copy(module.bytes[...], to: free, memory)
      information.add(module: free..<end, commandLine: module.commandLine)
      free = end
    }
    let low = gap(information.size, in: Self.lowMemory) ?? gap(information.size, in: free..<size)
    guard let place = low else { throw .noRoom(what: "the multiboot information", memory: memory.count) }
    copy(information.bytes(at: UInt32(place))[...], to: place, memory)
    return Loaded(entry: elf.entry, information: UInt32(place))
  }

  /// Where it is entered, and what EBX holds then.
  public struct Loaded: Sendable, Equatable {
    public let entry: UInt32
    public let information: UInt32
  }

  /// Replaces RDPMC in its executable segments, once it is loaded.
  ///
  /// - Returns: the addresses where it was, and where two bytes look like it but are no instruction
  public func rewriteRDPMC(
    in memory: UnsafeMutableRawBufferPointer, _ mode: InstructionLength.Mode, port: UInt8 = RDPMCRewrite.usualPort
  ) -> (replaced: [UInt32], leftAlone: [UInt32]) {
    var result: (replaced: [UInt32], leftAlone: [UInt32]) = ([], [])
    for segment in elf.segments where segment.isExecutable {
      let start = Int(segment.physicalAddress)
      let end = start + Int(segment.fileSize)
      guard end <= memory.count else { continue }
      // What is before the header is not code, but the file's own headers.
      let headerEnd = header.place + MultibootHeader.size - Int(segment.offset)
      let first = (0...Int(segment.fileSize)).contains(headerEnd) ? headerEnd : 0
      let code = UnsafeMutableRawBufferPointer(rebasing: memory[start..<end])
      let rewrite = RDPMCRewrite(code, from: first, mode: mode, port: port)
      result.replaced += rewrite.replaced.map { segment.physicalAddress + UInt32($0) }
      result.leftAlone += rewrite.leftAlone.map { segment.physicalAddress + UInt32($0) }
    }
    return result
  }

  /// The first page in `range` from which on the kernel leaves so many bytes.
  private func gap(_ bytes: UInt64, in range: Range<UInt64>) -> UInt64? {
    var place = (range.lowerBound + Self.pageSize - 1) / Self.pageSize * Self.pageSize
    for segment in elf.segments where segment.memory.overlaps(place..<place + bytes) {
      place = (segment.memory.upperBound + Self.pageSize - 1) / Self.pageSize * Self.pageSize
    }
    return place + bytes <= range.upperBound ? place : nil
  }

  private func copy(_ bytes: ArraySlice<UInt8>, to place: UInt64, _ memory: UnsafeMutableRawBufferPointer) {
    bytes.withUnsafeBytes { UnsafeMutableRawBufferPointer(rebasing: memory[Int(place)...]).copyMemory(from: $0) }
  }
}

/// Why a file can't be loaded as a kernel.
public enum KernelImageError: Error, Hashable, Sendable {
  case notELF
  /// An ELF file of another kind: how.
  case otherFormat(String)
  /// The file ends before this does.
  case truncated(what: String)
  /// Two segments, by their addresses, want the same memory.
  case overlap(UInt32, UInt32)
  /// The entry is in no segment.
  case entryOutside(UInt32)
  case noMultibootHeader
  /// Bits of the header's flags that ask for what is not there.
  case requirement(flags: UInt32)
  /// A segment, by its address, does not fit into so many bytes of memory.
  case outsideMemory(UInt32, memory: Int)
  /// Nor does something that goes beside the kernel.
  case noRoom(what: String, memory: Int)
}

extension KernelImageError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .notELF: "it is no ELF file"
    case .otherFormat(let how):
      "it is no 32-bit x86 ELF executable, \(how); objcopy -O elf32-i386 makes one of a 64-bit kernel that enters long "
        + "mode by itself"
    case .truncated(let what): "the file ends before its \(what) does"
    case .overlap(let first, let second):
      "its segments for \(hexadecimal(first)) and \(hexadecimal(second)) overlap in memory"
    case .entryOutside(let entry): "its entry \(hexadecimal(entry)) is in no segment"
    case .noMultibootHeader:
      "no multiboot header (version 1, magic \(hexadecimal(MultibootHeader.magic)) and a right checksum) is in its first "
        + "8192 bytes"
    case .requirement(let flags):
      "its multiboot header asks for what this machine does not offer: flags \(hexadecimal(flags))"
    case .outsideMemory(let address, let memory):
      "its segment for \(hexadecimal(address)) does not fit into \(memory >> 20) MB of memory"
    case .noRoom(let what, let memory): "\(memory >> 20) MB of memory have no space for \(what)"
    }
  }
}

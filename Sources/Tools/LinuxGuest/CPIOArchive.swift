/// An archive in cpio's "newc" format, which the Linux kernel unpacks as its initial RAM disk
/// (Documentation/driver-api/early-userspace/buffer-format.rst).
public struct CPIOArchive {
  /// The bits of st_mode that say what an entry is.
  private enum Kind: UInt32 {
    case directory = 0o040000
    case regular = 0o100000
    case link = 0o120000
  }

  /// The largest file that the format has: its size is 32 bits.
  public static let mostBytes = Int(UInt32.max)

  private var bytes: [UInt8] = []
  private var nextInode: UInt32 = 1

  public init() {}

  /// - Parameter path: without a slash at its start; the directories that it lies in come before it
  public mutating func addDirectory(_ path: String, permissions: UInt32 = 0o755) {
    add(path, .directory, permissions, [])
  }

  /// - Parameter contents: at most ``mostBytes``; what is beyond is cut off
  public mutating func addFile(_ path: String, _ contents: some Sequence<UInt8>, permissions: UInt32 = 0o644) {
    add(path, .regular, permissions, Array(contents.prefix(Self.mostBytes)))
  }

  /// A symbolic link.
  public mutating func addLink(_ path: String, to target: String) {
    add(path, .link, 0o777, Array(target.utf8))
  }

  /// The whole archive, with its end mark.
  public func finished() -> [UInt8] {
    var copy = self
    copy.nextInode = 0
    copy.append("TRAILER!!!", mode: 0, links: 1, [])
    return copy.bytes
  }

  private mutating func add(_ path: String, _ kind: Kind, _ permissions: UInt32, _ contents: [UInt8]) {
    append(path, mode: kind.rawValue | permissions & 0o7777, links: kind == .directory ? 2 : 1, contents)
    nextInode &+= 1
  }

  private mutating func append(_ path: String, mode: UInt32, links: UInt32, _ contents: [UInt8]) {
    bytes += "070701".utf8
    // Inode, mode, user, group, links, time, size, device, device of a device file, length of the name, checksum.
    for field in [
      nextInode, mode, 0, 0, links, 0, UInt32(contents.count), 0, 0, 0, 0, UInt32(path.utf8.count + 1), 0,
    ] {
      let digits = String(field, radix: 16, uppercase: true)
      bytes += String(repeating: "0", count: 8 - digits.count).utf8
      bytes += digits.utf8
    }
    bytes += path.utf8
    bytes.append(0)
    pad()
    bytes += contents
    pad()
  }

  private mutating func pad() {
    while bytes.count % 4 != 0 { bytes.append(0) }
  }
}

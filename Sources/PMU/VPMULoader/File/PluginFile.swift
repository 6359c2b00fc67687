import CVPMU
import CLibc

/// The version of the ABI that a plugin speaks.
public struct PluginABI: Hashable, Sendable, CustomStringConvertible {
  public let major: UInt16
  public let minor: UInt16

  package init(major: UInt16, minor: UInt16) {
    self.major = major
    self.minor = minor
  }

  /// The one that this loader speaks.
  public static let current = PluginABI(major: UInt16(VPMU_ABI_MAJOR), minor: UInt16(VPMU_ABI_MINOR))

  public var description: String { "\(major).\(minor)" }
}

/// A file that says it is a plugin, read without running any of its code.
public struct PluginFile: Sendable {
  /// Absolute, without symbolic links.
  public let path: String
  /// What its section `vpmu_abi` says.
  public let abi: PluginABI
  /// Who else could have written it, as ``PluginLoadError/untrusted(path:culprit:reason:mend:)``; nil if nobody, which
  /// it always is with ``PluginTrust/ownersOnly``.
  public let distrust: PluginLoadError?
  let identity: FileIdentity

  /// Reads the ELF header and the identity section, and looks who could have written the file.
  ///
  /// That it is this file which is loaded later needs no second look: the directories are judged before the file is
  /// opened, from the root down, so that each name is looked up in a directory that others can't change. What the path
  /// names then can only be changed by those who are trusted anyway. The libraries that the plugin links in turn are
  /// found and loaded by the dynamic linker, and are not judged.
  ///
  /// - Throws: ``PluginLoadError``: `notFound`, `unreadable`, `notAPlugin`, `wrongArchitecture`, `abiMajor`,
  ///   `untrusted`
  public init(path given: String, trust: PluginTrust = .ownersOnly) throws(PluginLoadError) {
    path = try Self.resolve(given)
    let writers = TrustedWriters.ofThisProcess
    let flawOfDirectories = writers.flawOfDirectories(to: path)
    let file: OpenFile
    do {
      file = try OpenFile(path: path)
    } catch {
      switch error {
      case .notRegular: throw .notAPlugin(path: path, reason: "it is no regular file")
      case .system(let number): throw .unreadable(path: path, errno: number)
      }
    }
    let status = file.status
    identity = FileIdentity(device: UInt64(status.st_dev), inode: UInt64(status.st_ino))
    abi = try Self.abi(of: file, path: path)
    guard abi.major == VPMU_ABI_MAJOR else {
      throw .abiMajor(path: path, found: abi.major, supported: UInt16(VPMU_ABI_MAJOR))
    }
    distrust = flawOfDirectories ?? writers.flaw(of: status, at: path, of: path)
    if let distrust, trust == .ownersOnly { throw distrust }
  }

  private static func resolve(_ given: String) throws(PluginLoadError) -> String {
    if let path = realPath(given) { return path }
    let error = errno
    throw error == ENOENT || error == ENOTDIR ? .notFound(path: given) : .unreadable(path: given, errno: error)
  }

  /// The identity in the bytes of a file, whatever these are.
  package static func abi(
    of source: borrowing some ByteSource & ~Copyable, path: String
  ) throws(PluginLoadError) -> PluginABI {
    let bytes: [UInt8]?
    do {
      bytes = try ELFImage(source).section("vpmu_abi", count: MemoryLayout<vpmu_abi_identity>.size, of: source)
    } catch {
      switch error {
      case .notELF: throw .notAPlugin(path: path, reason: "it is no ELF file")
      case .damaged(let reason), .wrongKind(let reason): throw .notAPlugin(path: path, reason: reason)
      case .wrongArchitecture(let found): throw .wrongArchitecture(path: path, found: found)
      }
    }
    guard let bytes else { throw .notAPlugin(path: path, reason: "it has no section vpmu_abi") }
    let identity = bytes.withUnsafeBytes { $0.loadUnaligned(as: vpmu_abi_identity.self) }
    guard UInt32(littleEndian: identity.magic) == VPMU_ABI_MAGIC else {
      throw .notAPlugin(path: path, reason: "its section vpmu_abi does not begin with the plugins' magic number")
    }
    return PluginABI(major: UInt16(littleEndian: identity.major), minor: UInt16(littleEndian: identity.minor))
  }
}

/// Which file it is, by whatever path.
struct FileIdentity: Hashable, Sendable {
  let device: UInt64
  let inode: UInt64
}

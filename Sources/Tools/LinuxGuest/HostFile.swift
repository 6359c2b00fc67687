import Glibc
import VPMULoader

/// Files of this machine.
enum HostFile {
  /// - Parameter path: bytes of a path are those of the string
  static func read(_ path: String) throws(LinuxGuestError) -> [UInt8] {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { throw .unreadable(path: path, errno: errno) }
    defer { close(file) }
    do { return try Descriptor.readToEnd(file) } catch { throw .unreadable(path: path, errno: errno) }
  }

  /// As text; nil if it can't be read.
  static func text(_ path: String) -> String? { (try? read(path)).map { String(decoding: $0, as: UTF8.self) } }

  static func isReadable(_ path: String) -> Bool { access(path, R_OK) == 0 }

  static func isProgram(_ path: String) -> Bool {
    var status = stat()
    return access(path, X_OK) == 0 && stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
  }

  /// The names in a directory; none if it can't be read.
  static func names(in path: String) -> [String] {
    (VPMULoader.names(inDirectory: path) ?? []).sorted()
  }

  /// Without symbolic links; nil if there is no such file.
  static func resolved(_ path: String) -> String? { realPath(path) }

  /// The directory that an absolute path lies in.
  static func directory(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/"), slash != path.startIndex else { return "/" }
    return String(path[..<slash])
  }
}

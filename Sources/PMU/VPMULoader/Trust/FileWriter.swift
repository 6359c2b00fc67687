import CLibc

/// Somebody who can change a file, or what a directory holds.
package enum FileWriter: Hashable, Sendable {
  case user(uid_t)
  case group(gid_t)
  case everyone
}

extension stat {
  /// The owner, who can change the mode at any time, and whom the mode lets write. In a sticky directory all but the
  /// owner can only add files and change their own: no file of somebody else's.
  package var writers: Set<FileWriter> {
    var writers: Set<FileWriter> = [.user(st_uid)]
    if isDirectory && st_mode & S_ISVTX != 0 { return writers }
    if st_mode & S_IWGRP != 0 { writers.insert(.group(st_gid)) }
    if st_mode & S_IWOTH != 0 { writers.insert(.everyone) }
    return writers
  }

  var isDirectory: Bool { st_mode & S_IFMT == S_IFDIR }

  /// The file itself, not what a symbolic link leads to: lstat(2). Nil if it can't be looked at, with `errno`.
  package init?(link path: String) {
    self.init()
    guard lstat(path, &self) == 0 else { return nil }
  }
}

/// The directories that lead to an absolute path, from the root down.
func directories(of path: String) -> [String] {
  let bytes = Array(path.utf8)
  return bytes.indices.filter { bytes[$0] == UInt8(ascii: "/") }
    .map { $0 == 0 ? "/" : String(decoding: bytes[..<$0], as: UTF8.self) }
}

import Glibc

/// A directory that is being filled, and that can be taken back.
package struct NewTree {
  private let root: String
  /// In the order in which they were made.
  private var directories: [String] = []
  /// The paths of the files.
  package private(set) var files: [String] = []

  /// Makes the directory.
  package init(at path: String) throws(SkeletonError) {
    guard mkdir(path, 0o777) == 0 else {
      throw errno == EEXIST ? .exists(path: path) : .unwritable(path: path, errno: errno)
    }
    root = path
    directories = [path]
  }

  /// Writes a file, with the directories on its path. It must not exist.
  package mutating func add(_ file: Skeleton.File) throws(SkeletonError) {
    var directory = root
    for name in file.path.split(separator: "/").dropLast() {
      directory += "/\(name)"
      guard !directories.contains(directory) else { continue }
      guard mkdir(directory, 0o777) == 0 else { throw .unwritable(path: directory, errno: errno) }
      directories.append(directory)
    }
    try write(file.text, to: "\(root)/\(file.path)")
  }

  /// Takes back all that was made.
  package func remove() {
    for path in files { unlink(path) }
    for path in directories.reversed() { rmdir(path) }
  }

  private mutating func write(_ text: String, to path: String) throws(SkeletonError) {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw .unwritable(path: path, errno: errno) }
    files.append(path)
    defer { close(descriptor) }
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let written = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      guard written > 0 else { throw .unwritable(path: path, errno: errno) }
      rest = rest.dropFirst(written)
    }
  }
}

import Glibc

/// What code may leave behind in a process: its threads, its children and open descriptors.
struct ProcessTraces {
  let threads: Int
  /// Whether it has a child, alive or not yet reaped: waitid(2).
  let hasChildren: Bool
  let descriptors: Set<Int32>

  init() {
    threads = Self.entries("/proc/self/task").count
    var child = siginfo_t()
    hasChildren = waitid(P_ALL, 0, &child, WEXITED | WNOHANG | WNOWAIT) == 0
    // Reading the directory takes a descriptor, which is closed again.
    descriptors = Set(Self.entries("/proc/self/fd").compactMap(Int32.init)).filter { fcntl($0, F_GETFD) >= 0 }
  }

  /// What a descriptor is open on.
  static func target(of descriptor: Int32) -> String {
    var buffer = [CChar](repeating: 0, count: 4096)
    let length = readlink("/proc/self/fd/\(descriptor)", &buffer, buffer.count - 1)
    return length > 0 ? String(decoding: buffer[..<length].map(UInt8.init(bitPattern:)), as: UTF8.self) : "?"
  }

  private static func entries(_ path: String) -> [String] {
    guard let directory = opendir(path) else { return [] }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name != "." && name != ".." { names.append(name) }
    }
    return names
  }
}

/// What is printed while something runs.
enum CapturedOutput {
  /// Bytes that reach standard output and standard error during `body`, with those that C's streams still hold.
  static func bytes(_ body: () throws(Finding) -> Void) throws(Finding) -> Int {
    guard let file = tmpfile() else { throw .notApplicable("no temporary file can be made") }
    defer { fclose(file) }
    fflush(nil)
    let standard = [STDOUT_FILENO, STDERR_FILENO]
    let saved = standard.map { fcntl($0, F_DUPFD_CLOEXEC, 16) }
    for descriptor in standard { dup2(fileno(file), descriptor) }
    defer {
      for (descriptor, original) in zip(standard, saved) where original >= 0 {
        dup2(original, descriptor)
        close(original)
      }
    }
    try body()
    fflush(nil)
    var status = stat()
    return fstat(fileno(file), &status) == 0 ? Int(status.st_size) : 0
  }
}

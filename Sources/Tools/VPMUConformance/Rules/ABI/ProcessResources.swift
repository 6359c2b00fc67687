import Glibc
import VPMULoader

/// The threads, children and open descriptors of this process.
struct ProcessResources {
  let threads: Int
  /// Whether it has a child, alive or not yet reaped: waitid(2).
  let hasChildren: Bool
  let descriptors: Set<Int32>

  init() {
    threads = names(inDirectory: "/proc/self/task")?.count ?? 0
    var child = siginfo_t()
    hasChildren = waitid(P_ALL, 0, &child, WEXITED | WNOHANG | WNOWAIT) == 0
    // Reading the directory takes a descriptor, which is closed again.
    descriptors = Set((names(inDirectory: "/proc/self/fd") ?? []).compactMap(Int32.init)).filter {
      fcntl($0, F_GETFD) >= 0
    }
  }

  /// The file that a descriptor is open on.
  static func target(of descriptor: Int32) -> String {
    var buffer = [CChar](repeating: 0, count: 4096)
    let length = readlink("/proc/self/fd/\(descriptor)", &buffer, buffer.count - 1)
    return length > 0 ? String(decoding: buffer[..<length].map(UInt8.init(bitPattern:)), as: UTF8.self) : "?"
  }
}

/// Output to the standard streams.
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

import Glibc

/// Paths that another process reads.
public enum HostPath {
  /// The path from the root on: QEMU need not run where this process does.
  public static func absolute(_ path: String) -> String {
    guard !path.hasPrefix("/"), let directory = getcwd(nil, 0) else { return path }
    defer { free(directory) }
    return String(cString: directory) + "/" + path
  }
}

import Glibc
import VPMULoader

/// The package `vpmu`, on which a plugin in Swift depends.
public enum VPMUPackage {
  /// Its directory, absolute and without symbolic links.
  ///
  /// - Parameter given: the directory; nil: the nearest one above this program, which is in the package if it was built
  ///   there; else the nearest one above the working directory, or that itself
  public static func find(_ given: String?) throws(SkeletonError) -> String {
    if let given {
      guard let path = realPath(given), isPackage(path) else { throw .notThePackage(path: given) }
      return path
    }
    guard let path = find(above: ["/proc/self/exe", "."].compactMap(realPath)) else { throw .packageNotFound }
    return path
  }

  /// The first of these paths and the directories above them that holds the package; first all of one path.
  package static func find(above paths: [String]) -> String? {
    for path in paths {
      var directory = path[...]
      while !directory.isEmpty {
        if isPackage(String(directory)) { return String(directory) }
        directory = directory[..<(directory.lastIndex(of: "/") ?? directory.startIndex)]
      }
    }
    return nil
  }

  private static func isPackage(_ path: String) -> Bool {
    ["Package.swift", "Sources/PMU/VPMUPluginKit"].allSatisfy { access("\(path)/\($0)", F_OK) == 0 }
  }
}

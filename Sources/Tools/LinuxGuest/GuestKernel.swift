/// A Linux kernel, and where its modules are.
public struct GuestKernel: Equatable, Sendable {
  /// A bzImage, or an ELF file that can be started directly (PVH).
  public var path: String
  /// The directory with modules.dep or modules.order; nil: it has no modules that are known.
  public var modules: String?

  public init(path: String, modules: String? = nil) {
    self.path = path
    self.modules = modules
  }

  /// The newest one of a directory such as /boot that has its modules under `modules`; the ELF file where there is one.
  ///
  /// - Parameter isReadable: whether this user can read a file
  static func newest(
    of names: [String], in directory: String, modules: String, isReadable: (String) -> Bool
  ) -> GuestKernel? {
    let releases = names.compactMap { name in
      name.hasPrefix("vmlinuz-") ? String(name.dropFirst("vmlinuz-".count)) : nil
    }
    for release in releases.sorted(by: { Release($1) < Release($0) }) {
      for file in ["\(directory)/vmlinux-\(release)", "\(directory)/vmlinuz-\(release)"]
      where isReadable(file) && (isReadable("\(modules)/\(release)/modules.order")) {
        return GuestKernel(path: file, modules: "\(modules)/\(release)")
      }
    }
    return nil
  }

  /// A release's name in the order of its numbers: 6.9 comes before 6.12.
  private struct Release: Comparable {
    var numbers: [Int]
    init(_ name: String) { numbers = name.split { !$0.isNumber }.prefix(4).map { Int($0) ?? 0 } }
    static func < (one: Release, other: Release) -> Bool { one.numbers.lexicographicallyPrecedes(other.numbers) }
  }
}

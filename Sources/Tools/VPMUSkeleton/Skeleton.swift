/// A new plugin: a directory that builds, with a model that is complete and passes the rules of the conformance kit,
/// for an author to change. Its files are texts in the target `CSkeleton`, with placeholders.
import CSkeleton

/// What a new plugin is written in.
public enum SkeletonLanguage: Sendable {
  /// It has all it needs, the header too.
  case c
  /// It is a package that depends on the package `vpmu`, which is in that directory; nil: ``VPMUPackage/find(_:)``
  /// finds it.
  case swift(package: String?)
}

/// The files of a new plugin, not yet written.
public struct Skeleton: Sendable {
  public struct File: Hashable, Sendable {
    /// In the plugin's directory.
    public let path: String
    public let text: String
  }

  /// The name of the directory.
  public let name: String
  public let files: [File]

  /// - Parameters:
  ///   - name: what the plugin is called: a letter and up to 31 letters and digits
  ///   - vendor: the CPUID vendor string, 12 bytes of printable ASCII; nil: made of the name
  ///   - id: a reverse domain name; nil: `org.example.pmu.` and the name
  /// - Throws: what is wrong with one of them
  public init(
    name: String, language: SkeletonLanguage, vendor: String? = nil, id: String? = nil
  ) throws(SkeletonError) {
    var words = try SkeletonWords(name: name, vendor: vendor, id: id)
    var next: UnsafePointer<cskeleton_file>
    switch language {
    case .c: next = cskeleton_files_c()
    case .swift(let package):
      next = cskeleton_files_swift()
      words = words.with(package: try VPMUPackage.find(package))
    }
    var files: [File] = []
    while let path = next.pointee.path {
      files.append(
        File(path: words.fill(String(cString: path)), text: words.fill(String(cString: next.pointee.text))))
      next += 1
    }
    self.name = name
    self.files = files
  }

  /// Makes the directory, which must not exist, and writes the files. If that fails nothing is left of it.
  ///
  /// - Parameter parent: where the directory is made; empty: the working directory
  /// - Returns: the paths of the files
  /// - Throws: ``SkeletonError/exists(path:)``, ``SkeletonError/unwritable(path:errno:)``
  public func write(in parent: String = "") throws(SkeletonError) -> [String] {
    var tree = try NewTree(at: parent.isEmpty ? name : "\(parent)/\(name)")
    do {
      for file in files { try tree.add(file) }
    } catch {
      tree.remove()
      throw error
    }
    return tree.files
  }
}

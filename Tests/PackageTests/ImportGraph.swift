import Foundation

/// What the targets of a package import and what they declare.
///
/// The package manager's own check (`--explicit-target-dependency-import-check`) accepts whatever a declared dependency
/// depends on in its turn; and it says nothing of a dependency that is not used.
struct ImportGraph {
  struct Target {
    var isProgram = false
    var declared: Set<String> = []
    /// Modules that its files import, and C targets whose headers they include.
    var imported: Set<String> = []
  }

  var targets: [String: Target] = [:]

  /// A sentence for each declaration that is missing or not used, sorted. Programs that tests run are declared, not
  /// imported.
  var faults: [String] {
    targets.flatMap { name, target in
      let imported = target.imported.filter { $0 != name && targets[$0] != nil }
      let used = target.declared.filter { targets[$0].map { !$0.isProgram } ?? false }
      return imported.subtracting(target.declared).map { "\(name) imports \($0) and does not declare it" }
        + used.subtracting(imported).map { "\(name) declares \($0) and does not import it" }
    }.sorted()
  }
}

extension ImportGraph {
  /// Reads all files of all targets.
  init(of package: URL) throws {
    let manifest = try Manifest(of: package)
    let headers = try manifest.targets.reduce(into: [String: String]()) { headers, target in
      let folder = package.appending(path: target.folder).appending(path: "include")
      for file in try Self.files(in: folder, without: []) { headers[file.lastPathComponent] = target.name }
    }
    for target in manifest.targets {
      var entry = Target(isProgram: target.type == "executable", declared: Set(target.dependencies))
      for file in try Self.files(in: package.appending(path: target.folder), without: target.exclude) {
        switch file.pathExtension {
        case "swift": entry.imported.formUnion(Self.imports(try String(contentsOf: file, encoding: .utf8)))
        case "c", "h", "S":
          let included = Self.includes(try String(contentsOf: file, encoding: .utf8))
          entry.imported.formUnion(included.compactMap { headers[$0] })
        default: break
        }
      }
      targets[target.name] = entry
    }
  }

  /// Modules that a Swift file imports.
  static func imports(_ source: String) -> [String] {
    let declaration =
      /(?m)^(?:@\w+ )*(?:(?:public|package|internal|fileprivate|private) )?import (?:(?:struct|class|enum|protocol|func|var|let|typealias) )?(?<module>\w+)/
    return source.matches(of: declaration).map { String($0.module) }
  }

  /// Headers that a C file includes, by their names.
  static func includes(_ source: String) -> [String] {
    source.matches(of: /(?m)^#include ["<](?<header>[\w.]+)[">]/).map { String($0.header) }
  }

  private static func files(in folder: URL, without excluded: [String]) throws -> [URL] {
    guard FileManager.default.fileExists(atPath: folder.path) else { return [] }
    return try FileManager.default.subpathsOfDirectory(atPath: folder.path)
      .filter { path in !excluded.contains { path == $0 || path.hasPrefix("\($0)/") } }
      .map { folder.appending(path: $0) }
  }
}

import Foundation

/// A shared library, or an archive, as the linker left it: by readelf(1) and nm(1).
public struct SharedLibrary: Sendable, CustomStringConvertible {
  public let path: String

  public init(path: String) { self.path = path }

  public var description: String { String(path.split(separator: "/").last ?? "") }

  /// The libraries that it asks for: DT_NEEDED.
  public var needed: Set<String> { get throws { try entries("NEEDED") } }

  /// Where the libraries that it asks for are searched: DT_RUNPATH and DT_RPATH, at their colons.
  public var searched: Set<String> {
    get throws {
      let paths = try entries("RUNPATH").union(entries("RPATH"))
      return Set(paths.flatMap { $0.split(separator: ":").map(String.init) })
    }
  }

  public var soname: String? { get throws { try entries("SONAME").first } }

  /// Names of the symbols that others can link with, each with its version, if it has one.
  public var exported: Set<String> { get throws { try symbols(["--dynamic", "--extern-only", "--defined-only"]) } }

  /// The same of an archive.
  public var global: Set<String> { get throws { try symbols(["--extern-only", "--defined-only"]) } }

  private func entries(_ tag: String) throws -> Set<String> {
    let lines = try run(["readelf", "--dynamic", "--wide", path]).lines.filter { $0.contains("(\(tag))") }
    return Set(lines.compactMap { $0.firstMatch(of: /\[(.*)\]/).map { String($0.1) } })
  }

  private func symbols(_ options: [String]) throws -> Set<String> {
    // Value, type, name. A symbol of type A is the name of a version.
    let rows = try run(["nm"] + options + [path]).lines.map { $0.split(separator: " ") }
    return Set(rows.filter { $0.count == 3 && $0[1] != "A" }.map { String($0[2]) })
  }

  private func run(_ words: [String]) throws -> Program {
    let program = try Program.run(words, environment: ["LC_ALL": "C"], limit: 60)
    guard program.status == 0 else { throw Failure(description: "\(words): \(program.errors)") }
    return program
  }

  /// Why nothing is known of the file.
  public struct Failure: Error, CustomStringConvertible {
    public let description: String

    public init(description: String) { self.description = description }
  }
}

extension SharedLibrary {
  /// A sentence for each thing by which a user would meet Swift, or the machine that it was built on.
  public func traces(exporting expected: Set<String>) throws -> [String] {
    let foreign = try needed.subtracting(["libc.so.6", "libm.so.6"]).sorted()
    let fixed = try searched.filter { !$0.hasPrefix("$ORIGIN") }.sorted()
    let exported = try exported
    return foreign.map { "\(self) needs \($0)" } + fixed.map { "\(self) searches \($0)" }
      + exported.subtracting(expected).sorted().map { "\(self) exports \($0)" }
      + expected.subtracting(exported).sorted().map { "\(self) does not export \($0)" }
  }
}

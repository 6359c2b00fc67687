import Foundation
import TestSupport
import Synchronization
import VPMULoader

/// A folder of `Examples` that makes a plugin. The tests know none by its name.
struct Example: Sendable, CustomStringConvertible {
  enum Kind: Sendable {
    /// It has a Makefile, which takes `BUILD` for the folder to build in and `VPMU_INCLUDE` for that of
    /// `vpmu_plugin.h`.
    case make
    /// It is a Swift package with a dynamic library.
    case package
  }

  let folder: URL
  let kind: Kind

  var description: String { folder.lastPathComponent }

  /// A Swift package takes minutes to build for the first time.
  static let buildsPackages: Bool = {
    #if DEBUG
      false
    #else
      true
    #endif
  }()

  static let repository = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// In the order of their names.
  static let all: [Example] = {
    let folder = repository.appending(path: "Examples")
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return names.sorted().compactMap { Example(folder: folder.appending(path: $0)) }
  }()

  /// Those that are tested here and now.
  static let tested = all.filter { $0.kind == .make || buildsPackages }

  private init?(folder: URL) {
    self.folder = folder
    let manifest = try? String(contentsOf: folder.appending(path: "Package.swift"), encoding: .utf8)
    if FileManager.default.fileExists(atPath: folder.appending(path: "Makefile").path) {
      kind = .make
    } else if manifest?.contains("type: .dynamic") == true {
      kind = .package
    } else {
      return nil
    }
  }
}

extension Example {
  /// Why an example gives no plugin.
  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  private static let built = Mutex<[String: Result<[Plugin], any Error>]>([:])

  /// Its plugins, built once for all tests and loaded.
  var plugins: [Plugin] {
    get throws {
      if let known = Self.built.withLock({ $0[description] }) { return try known.get() }
      let result = Result { try build().map { try Plugin.load($0) } }
      Self.built.withLock { $0[description] = result }
      return try result.get()
    }
  }

  /// The files with a plugin's identity that building it makes, at least one.
  private func build() throws -> [PluginFile] {
    let folder = try kind == .make ? makeAlone(compiler: nil) : buildPackage()
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    let files = names.filter { $0.hasSuffix(".so") }.compactMap { try? PluginFile(path: folder.path + "/" + $0) }
    guard !files.isEmpty else { throw Failure(description: "\(self): no plugin in \(folder.path), only \(names)") }
    return files
  }

  /// Copies the example and the one header to another place, and says `make` there: it must need nothing else.
  ///
  /// - Returns: the folder with what was built, which stays until the process ends, as loaded libraries need their
  ///   files
  func makeAlone(compiler: String?) throws -> URL {
    let place = Self.workshop.appending(path: [description, compiler].compactMap { $0 }.joined(separator: "-"))
    let header = Self.repository.appending(path: "Sources/C/CVPMU/include/vpmu_plugin.h")
    let (source, include) = (place.appending(path: "source"), place.appending(path: "include"))
    let output = place.appending(path: "output")
    try FileManager.default.createDirectory(at: include, withIntermediateDirectories: true)
    try FileManager.default.copyItem(at: folder, to: source)
    try FileManager.default.copyItem(at: header, to: include.appending(path: "vpmu_plugin.h"))
    try run(
      ["make", "-C", source.path, "BUILD=\(output.path)", "VPMU_INCLUDE=\(include.path)"]
        + (compiler.map { ["CC=\($0)"] } ?? []), limit: 60)
    return output
  }

  /// - Returns: the folder with what was built
  private func buildPackage() throws -> URL {
    let scratch = Self.repository.appending(path: ".build-example-\(self)")
    let words = [
      "swift", "build", "--configuration", "release", "--package-path", folder.path, "--scratch-path", scratch.path,
    ]
    try run(words, limit: 1200)
    let place = try run(words + ["--show-bin-path"], limit: 120)
    return URL(filePath: String(place.lines.last ?? ""))
  }

  @discardableResult
  private func run(_ words: [String], limit: Double) throws -> Program {
    let program = try Program.run(words, limit: limit)
    guard program.status == 0 else {
      throw Failure(description: "\(self): \(words.joined(separator: " ")):\n\(program.output)\n\(program.errors)")
    }
    return program
  }

  /// Where examples in C are built.
  private static let workshop: URL = {
    atexit { try? FileManager.default.removeItem(at: Example.workshop) }
    return FileManager.default.temporaryDirectory.appending(path: "vpmu-examples-\(getpid())")
  }()
}

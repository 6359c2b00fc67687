import Foundation
import TestSupport
import Synchronization

/// A folder of `Examples` that is a Swift package with a program of the same name.
struct ExecutableExample: Sendable, CustomStringConvertible {
  let folder: URL

  var description: String { folder.lastPathComponent }

  /// In the order of their names.
  static let all: [ExecutableExample] = {
    let folder = Example.repository.appending(path: "Examples")
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return names.sorted().compactMap { name in
      let place = folder.appending(path: name)
      let manifest = try? String(contentsOf: place.appending(path: "Package.swift"), encoding: .utf8)
      return manifest?.contains(".executableTarget(") == true ? ExecutableExample(folder: place) : nil
    }
  }()

  private static let built = Mutex<[String: Result<URL, any Error>]>([:])

  /// Its program, built once for all tests.
  var program: URL {
    get throws {
      if let known = Self.built.withLock({ $0[description] }) { return try known.get() }
      let result = Result { try build() }
      Self.built.withLock { $0[description] = result }
      return try result.get()
    }
  }

  private func build() throws -> URL {
    let scratch = Example.repository.appending(path: ".build-example-programs").appending(path: description)
    let words = [
      "swift", "build", "--configuration", "release", "--package-path", folder.path, "--scratch-path", scratch.path,
    ]
    let build = try Program.run(words, limit: 1200)
    guard build.status == 0 else {
      throw Example.Failure(description: "\(self): \(words.joined(separator: " ")):\n\(build.output)\n\(build.errors)")
    }
    let place = try Program.run(words + ["--show-bin-path"], limit: 120)
    return URL(filePath: String(place.lines.last ?? "")).appending(path: description)
  }

  /// Runs it.
  func run(_ arguments: String...) throws -> Program { try Program.run([program.path] + arguments, limit: 60) }
}

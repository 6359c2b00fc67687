import Foundation

/// Package.swift, as the package manager understands it.
struct Manifest: Decodable {
  struct Target: Decodable {
    let name: String
    /// `regular`, `executable`, `test`, ...
    let type: String
    let path: String?
    let exclude: [String]
    /// Names of targets and products.
    let dependencies: [String]

    private enum Key: CodingKey { case name, type, path, exclude, dependencies }

    /// A dependency is an object of one member, named by its kind; its value is an array that begins with the name.
    private struct Dependency: Decodable {
      let name: String

      init(from decoder: any Decoder) throws {
        let kinds = try decoder.singleValueContainer().decode([String: [Ignored]].self)
        name = kinds.values.first?.first?.text ?? ""
      }
    }

    /// A string; other values are left out.
    private struct Ignored: Decodable {
      let text: String?
      init(from decoder: any Decoder) throws { text = try? decoder.singleValueContainer().decode(String.self) }
    }

    init(from decoder: any Decoder) throws {
      let values = try decoder.container(keyedBy: Key.self)
      name = try values.decode(String.self, forKey: .name)
      type = try values.decode(String.self, forKey: .type)
      path = try values.decodeIfPresent(String.self, forKey: .path)
      exclude = try values.decode([String].self, forKey: .exclude)
      dependencies = try values.decode([Dependency].self, forKey: .dependencies).map(\.name)
    }

    /// Its folder, from that of the package on.
    var folder: String { path ?? (type == "test" ? "Tests/" : "Sources/") + name }
  }

  let targets: [Target]

  /// Reads the manifest of the package in a folder: `swift package dump-package`.
  init(of package: URL) throws {
    let process = Process()
    let output = Pipe()
    let scratch = FileManager.default.temporaryDirectory.appending(path: "vpmu-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: scratch) }
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = [
      "swift", "package", "--package-path", package.path, "--scratch-path", scratch.path, "dump-package",
    ]
    process.standardOutput = output
    try process.run()
    let json = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    self = try JSONDecoder().decode(Manifest.self, from: json)
  }
}

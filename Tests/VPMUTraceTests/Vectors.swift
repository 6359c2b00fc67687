import AMDModel
import Glibc
import IntelModel
import Testing
import VPMUModel
import VPMUTrace

/// The recorded traces beside the tests.
enum Vectors {
  static let directory: String = {
    let folders = #filePath.split(separator: "/").dropLast(2)
    return "/" + folders.joined(separator: "/") + "/Vectors"
  }()

  /// The names of all vector files.
  static let names: [String] = {
    guard let stream = opendir(directory) else { return [] }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
      if name.hasSuffix(".jsonl") { names.append(name) }
    }
    return names.sorted()
  }()

  static func path(_ name: String) -> String { directory + "/" + name }

  static func trace(_ name: String) throws -> Trace { try Trace(contentsOf: path(name)) }

  /// The models that are linked in, by their short names.
  static func model(_ vendor: String) throws -> any PMUModel {
    switch vendor {
    case "intel": return IntelModel()
    case "amd": return AMDModel()
    default: throw NoModel(vendor: vendor)
    }
  }

  struct NoModel: Error { var vendor: String }
}

/// The bytes of a file.
func bytes(of path: String) throws -> [UInt8] {
  let file = try #require(fopen(path, "r"))
  defer { fclose(file) }
  var result: [UInt8] = []
  var piece = [UInt8](repeating: 0, count: 1 << 16)
  while case let count = fread(&piece, 1, piece.count, file), count > 0 { result += piece[..<count] }
  return result
}

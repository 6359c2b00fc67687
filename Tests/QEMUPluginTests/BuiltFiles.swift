import Foundation
import TestSupport

/// The plugin, as `make qemu-plugin` builds it, and the guest of this folder.
enum BuiltFiles {
  struct Failure: Error, CustomStringConvertible {
    var description: String
  }

  private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
  private static let repository = folder.deletingLastPathComponent().deletingLastPathComponent()
  private static let temporary = Result { try TemporaryFolder() }

  /// The first build of libvpmu takes minutes: in debug, tests take what is there.
  static let isThere: Bool = {
    #if DEBUG
      FileManager.default.fileExists(atPath: pluginPath)
    #else
      true
    #endif
  }()

  private static let pluginPath = repository.appending(path: ".build-lib/lib/libvpmu-qemu.so").path

  /// Built once for all tests.
  private static let build = Result {
    try run(["make", "-C", repository.path, "qemu-plugin"], limit: 1800)
  }

  static var plugin: String {
    get throws {
      try build.get()
      return pluginPath
    }
  }

  private static let image = Result {
    let folder = try temporary.get().url
    let (object, image) = (folder.appending(path: "guest.o").path, folder.appending(path: "guest.bin").path)
    try run(["as", "--64", "-I", Self.folder.appending(path: "Guest").path, "-o", object, "guest.S"], limit: 60)
    try run(
      [
        "ld", "-m", "elf_x86_64", "-N", "-e", "0x100000", "-Ttext=0x100000", "--oformat", "binary", "-o", image, object,
      ],
      limit: 60)
    return image
  }

  static var guest: String { get throws { try image.get() } }

  private static func run(_ words: [String], limit: Double) throws {
    let program = try Program.run(words, in: folder.appending(path: "Guest"), limit: limit)
    guard program.status == 0 else {
      throw Failure(description: "\(words.joined(separator: " ")):\n\(program.output)\n\(program.errors)")
    }
  }
}

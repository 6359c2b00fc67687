import Foundation
import TestSupport

/// A QEMU whose plugins can write registers (11.1 or later): that of `make linux-guest`, else one in PATH.
struct QEMU: Sendable {
  private let words: [String]
  private let modules: String?

  /// nil: there is none.
  static let found: QEMU? = made ?? installed

  private static var made: QEMU? {
    let environment = ProcessInfo.processInfo.environment
    let cache = environment["XDG_CACHE_HOME"] ?? (environment["HOME"] ?? "") + "/.cache"
    let root = (environment["VPMU_LINUX_GUEST"] ?? cache + "/vpmu/linux-guest") + "/root"
    let libraries = root + "/usr/lib/x86_64-linux-gnu"
    let words = [
      libraries + "/ld-linux-x86-64.so.2", "--library-path", libraries, root + "/usr/bin/qemu-system-x86_64",
      "-L", root + "/usr/share/qemu", "-L", root + "/usr/share/seabios",
    ]
    guard FileManager.default.isExecutableFile(atPath: words[0]), FileManager.default.isExecutableFile(atPath: words[3])
    else { return nil }
    return QEMU(words: words, modules: libraries + "/qemu")
  }

  private static var installed: QEMU? {
    guard let path = Program.find("qemu-system-x86_64"),
      let version = try? Program.run([path, "--version"], limit: 20).output,
      let numbers = version.firstMatch(of: /version ([0-9]+)\.([0-9]+)/),
      let major = Int(numbers.1), let minor = Int(numbers.2), (major, minor) >= (11, 1)
    else { return nil }
    return QEMU(words: [path], modules: nil)
  }

  /// Runs a machine without devices until it ends.
  func run(_ arguments: [String], limit: Double = 120) throws -> Program {
    try Program.run(
      words + ["-display", "none", "-nodefaults"] + arguments,
      environment: modules.map { ["QEMU_MODULE_DIR": $0] } ?? [:],
      limit: limit)
  }
}

import Foundation
import Testing

/// A kernel of `Examples/TestKernel/Kernel`, built with the first compiler here that can.
enum TestKernelFile {
  private static let sources = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "Examples/TestKernel/Kernel")

  /// The line that the kernels' own comments name, with what makes each compiler link without its host's help.
  private static let compilers = [["clang", "-fuse-ld=lld"], ["gcc"], ["cc"]]
  private static let flags = [
    "-m32", "-O1", "-ffreestanding", "-fno-pic", "-fno-stack-protector", "-fcf-protection=none", "-mgeneral-regs-only",
    "-nostdlib", "-static", "-Wl,-T,kernel.ld", "-Wl,--build-id=none",
  ]

  /// Its bytes. Cancels the test where no compiler makes 32-bit x86.
  static func build(_ names: String...) throws -> [UInt8] {
    let output = FileManager.default.temporaryDirectory.appending(path: "vpmu-kernel-\(UUID().uuidString).elf")
    defer { try? FileManager.default.removeItem(at: output) }
    for compiler in compilers {
      let process = Process()
      process.executableURL = URL(filePath: "/usr/bin/env")
      process.arguments = compiler + flags + ["-o", output.path] + names
      process.currentDirectoryURL = sources
      process.standardError = FileHandle.nullDevice
      try process.run()
      process.waitUntilExit()
      if process.terminationStatus == 0 { return Array(try Data(contentsOf: output)) }
    }
    try Test.cancel("no compiler here makes 32-bit x86 code: install clang with lld, or gcc")
  }
}

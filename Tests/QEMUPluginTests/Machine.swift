import Foundation
import TestSupport

/// A machine that runs the guest of this folder.
struct Machine: Sendable, CustomStringConvertible {
  var options = "model=intel-v2"
  var cpu = "Skylake-Server"
  var accelerator = "tcg"
  var arguments: [String] = []

  var description: String { ([options, cpu, accelerator] + arguments).joined(separator: " ") }

  struct Run {
    var status: Int32
    /// What the guest printed, and what QEMU did, without its warnings about the CPU.
    var lines: [String]
    var errors: [String]

    /// The pieces whose counts were wrong.
    var failed: [String] { lines.filter { $0.hasPrefix("FAIL") } }
    var isComplete: Bool { lines.last == "done" && lines.filter { $0.hasPrefix("ok ") }.count + failed.count > 30 }
  }

  func run() throws -> Run {
    guard let qemu = QEMU.found else { throw BuiltFiles.Failure(description: "there is no QEMU") }
    let folder = try TemporaryFolder()
    let output = folder.url.appending(path: "output").path
    let program = try qemu.run(
      [
        "-accel", accelerator, "-cpu", cpu, "-plugin", "\(try BuiltFiles.plugin),\(options)", "-kernel",
        try BuiltFiles.guest,
        "-debugcon", "file:\(output)", "-device", "isa-debug-exit,iobase=0xf4",
      ] + arguments)
    let text = (try? String(contentsOfFile: output, encoding: .utf8)) ?? ""
    return Run(
      status: program.status, lines: text.split(separator: "\n").map(String.init),
      errors: program.errors.split(separator: "\n").map(String.init).filter { !$0.contains("warning:") })
  }
}

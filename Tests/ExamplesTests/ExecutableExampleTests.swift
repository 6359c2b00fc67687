import Foundation
import TestSupport
import Testing

private let whyNotBuilt: Comment = "its first build takes minutes: tested in release only"

@Suite("A program among the examples", .serialized, .enabled(if: Example.buildsPackages, whyNotBuilt))
struct ExecutableExampleTests {
  @Test("is built", arguments: ExecutableExample.all)
  func builds(example: ExecutableExample) throws {
    #expect(FileManager.default.isExecutableFile(atPath: try example.program.path))
  }

  @Test("is one of those that the documents tell of")
  func all() {
    #expect(Set(ExecutableExample.all.map(\.description)).isSuperset(of: ["Embedder", "MinimalVMM", "TestKernel"]))
  }

  @Test("takes three PMIs on the best host there is")
  func embedder() throws {
    let run = try example("Embedder").run()
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.lines.filter { $0.hasPrefix("PMI ") }.count == 3, "\(run.output)")
  }

  @Test("boots a guest that counts and takes one PMI", arguments: ["intel-v2", "amd-v2", "amd-k7"])
  func minimalVMM(model: String) throws {
    try requireKVM()
    let run = try example("MinimalVMM").run(model)
    #expect(run.status == 0, "\(run.output)\(run.errors)")
    #expect(
      run.lines.filter { $0.hasPrefix("PMI: the counter, which began at -20000, reads ") }.count == 1, "\(run.output)")
    #expect(run.lines.last?.contains(" MSR exits, 1 PMI, ") == true, "\(run.output)")
  }

  @Test("is under 200 lines, its guest with it")
  func lines() throws {
    let sources = try example("MinimalVMM").folder.appending(path: "Sources")
    let files = try FileManager.default.subpathsOfDirectory(atPath: sources.path)
    let lines = try files.filter { $0.contains(".") }.map { file in
      try String(contentsOf: sources.appending(path: file), encoding: .utf8).split(
        separator: "\n", omittingEmptySubsequences: false
      ).count - 1
    }
    #expect(lines.count == 3 && lines.reduce(0, +) < 200, "\(lines)")
  }

  @Test("runs a kernel with its words, modules and models, and ends as it says", arguments: ["intel-v2", "amd-v2"])
  func testKernel(model: String) throws {
    try requireKVM()
    let kernel = try SampleKernel()
    let run = try example("TestKernel").run(
      kernel.path, "--model", model, "--memory", "64", "--module", "\(kernel.module),the module", "--", "one", "two")
    #expect(run.status == 1, "\(run.output)\(run.errors)")
    #expect(!run.output.contains("FAIL"), "\(run.output)")
    for line in ["command line: \(kernel.path) one two", "memory: 64512 KB above 1 MB", "module the module: content"] {
      #expect(run.lines.contains { $0 == line }, "\(line) in \(run.output)")
    }
    #expect(run.errors.contains("RDPMC replaced by OUT at 0x10"), "\(run.errors)")
  }

  @Test("refuses what is no kernel, and words that are wrong, with a status of its own")
  func refusals() throws {
    try requireKVM()
    let example = try example("TestKernel")
    for (words, status, text) in [
      (["/bin/sh"], 4, "/bin/sh: it is no 32-bit x86 ELF executable"), (["/etc/passwd"], 4, "it is no ELF file"),
      (["/nowhere"], 4, "/nowhere: No such file"), (["/bin/sh", "--memory", "1"], 2, "choose 16 to 3072"),
      ([], 2, "which kernel?"), (["/bin/sh", "--model", "none-such"], 6, "no model is called"),
    ] as [([String], Int32, String)] {
      let run = try Program.run([example.program.path] + words, limit: 60)
      #expect(run.status == status && run.errors.contains(text), "\(words): \(run.status) \(run.errors)")
      #expect(run.output.isEmpty)
    }
  }

  @Test("calls the kernel only as the document on embedding lists", arguments: ["MinimalVMM", "TestKernel"])
  func systemCalls(name: String) throws {
    try requireKVM()
    guard Program.find("strace") != nil else { try Test.cancel("there is no strace") }
    let folder = try TemporaryFolder()
    let log = folder.url.appending(path: "calls").path
    let kernel = name == "TestKernel" ? try SampleKernel() : nil
    defer { withExtendedLifetime(kernel) {} }
    let words = (kernel.map { [$0.path, "--model"] } ?? []) + ["intel-v2"]
    let run = try Program.run(["strace", "-f", "-o", log, try example(name).program.path] + words, limit: 120)
    guard !run.errors.contains("ptrace") else { try Test.cancel("strace may not trace here") }
    let lines = try String(contentsOf: URL(filePath: log), encoding: .utf8).split(separator: "\n")
    // The vCPU's PMU is made after its signals were installed.
    let start = try #require(lines.lastIndex { $0.contains("rt_sigaction(SIG") })
    let made = Set(lines[start...].dropFirst().compactMap(Self.call))
    #expect(made.isSuperset(of: ["KVM_RUN", "KVM_NMI", "getrusage"]), "\(made.sorted())")
    let document = try String(contentsOf: Example.repository.appending(path: "docs/embedding.md"), encoding: .utf8)
    let listed = document.split(separator: "\n").filter { $0.hasPrefix("| `") }.joined()
    #expect(made.subtracting(Self.programsOwn).filter { !listed.contains("`\($0)`") } == [])
  }

  /// Memory of the C library and Swift, output, time limits, and the machine itself, which are the program's own
  /// matter.
  private static let programsOwn: Set<String> = [
    "brk", "madvise", "mprotect", "futex", "write", "poll", "exit_group", "timer_create", "timer_settime",
    "timer_delete", "TCGETS", "KVM_CREATE_VM", "KVM_CREATE_IRQCHIP", "KVM_SET_USER_MEMORY_REGION", "KVM_CREATE_VCPU",
    "KVM_GET_VCPU_MMAP_SIZE", "KVM_GET_SUPPORTED_CPUID", "KVM_SET_CPUID2", "KVM_SET_SREGS",
  ]

  /// The system call of a line of strace, or the request of an ioctl.
  private static func call(_ line: Substring) -> String? {
    if let match = line.firstMatch(of: /ioctl\(\d+, (?<request>[A-Z0-9_]+)/) { return String(match.request) }
    return line.firstMatch(of: /^\d+ +(?<name>[a-z_0-9]+)\(/).map { String($0.name) }
  }

  private func example(_ name: String) throws -> ExecutableExample {
    try #require(ExecutableExample.all.first { $0.description == name })
  }

  private func requireKVM() throws {
    guard FileManager.default.isWritableFile(atPath: "/dev/kvm") else { try Test.cancel("/dev/kvm can't be used here") }
  }
}

/// The kernel of `Examples/TestKernel/Kernel`, and a module for it.
private struct SampleKernel {
  private let folder: TemporaryFolder

  var path: String { folder.url.appending(path: "kernel.elf").path }
  var module: String { folder.url.appending(path: "module").path }

  init() throws {
    folder = try TemporaryFolder()
    let kernel = Example.repository.appending(path: "Examples/TestKernel/Kernel")
    let made = try ["clang", "gcc"].contains { compiler in
      try Program.run(
        [compiler] + (compiler == "clang" ? ["-fuse-ld=lld"] : []) + [
          "-m32", "-O1", "-ffreestanding", "-fno-pic", "-fno-stack-protector", "-fcf-protection=none",
          "-mgeneral-regs-only", "-nostdlib", "-static", "-Wl,-T,\(kernel.path)/kernel.ld", "-Wl,--build-id=none", "-o",
          path, "\(kernel.path)/start.S", "\(kernel.path)/kernel.c",
        ], limit: 60
      ).status == 0
    }
    guard made else { try Test.cancel("no compiler here makes 32-bit x86 code: install clang with lld, or gcc") }
    try Data("content".utf8).write(to: URL(filePath: module))
  }
}

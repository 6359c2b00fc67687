import Glibc

/// The initial RAM disk of a guest: its first process with the C library that it runs with, kernel modules, the
/// command, and scripts that start perf and rr.
struct InitialRAMDisk {
  var guestInit: [UInt8]
  /// The C library of this machine, and its loader, by the paths at which the first process finds them.
  var libraries: [(path: String, contents: [UInt8])]
  var modules: [(name: String, contents: [UInt8])]
  var tools: [(name: String, script: [UInt8])]
  var command: [UInt8]

  func archive() -> [UInt8] {
    var archive = CPIOArchive()
    // /dev/console is made by the kernel's own archive.
    for directory in ["lib", "lib64", "usr", "usr/lib", "vpmu", "vpmu/bin", "vpmu/modules"] {
      archive.addDirectory(directory)
    }
    for (path, contents) in libraries { archive.addFile(path, contents, permissions: 0o755) }
    // The package manager links every program with this library; of it the first process uses nothing.
    archive.addLink("lib/libswiftCore.so", to: "libc.so.6")
    for name in ["libc.so.6", "libswiftCore.so"] { archive.addLink("lib64/\(name)", to: "../lib/libc.so.6") }
    archive.addFile("init", guestInit, permissions: 0o755)
    for (index, module) in modules.enumerated() {
      archive.addFile("vpmu/modules/\(index + 1)-\(module.name)", module.contents)
    }
    for (name, script) in tools { archive.addFile("vpmu/bin/\(name)", script, permissions: 0o755) }
    archive.addFile("vpmu/command", command, permissions: 0o600)
    return archive.finished()
  }
}

extension InitialRAMDisk {
  /// The directory of `tools` in the guest, once this machine's files are its root.
  static let toolDirectory = "/run/vpmu/bin"

  init(_ programs: GuestPrograms, _ search: GuestSearch, command: GuestCommand) throws(LinuxGuestError) {
    guestInit = try HostFile.read(try search.guestInit())
    libraries = [
      ("lib64/ld-linux-x86-64.so.2", try HostFile.read("/lib64/ld-linux-x86-64.so.2")),
      ("lib/libc.so.6", try HostFile.read(try Self.libraryOfThisProcess())),
    ]
    modules = KernelModules.files(in: programs.kernel.modules)
    tools = programs.tools.sorted { $0.key < $1.key }.map {
      ($0.key, $0.value.script(options: Self.options(of: $0.key, $0.value)))
    }
    self.command = command.prepared(pathPrefix: Self.toolDirectory).bytes
  }

  /// rr finds its own libraries by where its program is; started by another loader, that is not where they are.
  private static func options(of name: String, _ program: GuestProgram) -> [String] {
    guard name == "rr" else { return [] }
    return ["--resource-path=" + HostFile.directory(of: HostFile.directory(of: program.path))]
  }

  /// The file of the C library that this process runs with.
  private static func libraryOfThisProcess() throws(LinuxGuestError) -> String {
    let maps = HostFile.text("/proc/self/maps") ?? ""
    let path = maps.split(separator: "\n").compactMap { line in line.firstIndex(of: "/").map { line[$0...] } }
      .first { $0.hasSuffix("/libc.so.6") }
    guard let path else { throw .missing(["the C library's file"]) }
    return String(path)
  }
}

/// What a guest is run with.
public struct GuestPrograms: Equatable, Sendable {
  public var qemu: GuestProgram
  /// Where QEMU's firmware is; none: where it was installed.
  public var firmware: [String]
  public var virtiofsd: GuestProgram
  public var kernel: GuestKernel
  /// Programs that the guest has even where this machine does not, by their names.
  public var tools: [String: GuestProgram]

  /// The programs of the made folder, if it is complete, else those of this machine.
  ///
  /// - Parameter kernel: a kernel's file, in place of the one that is found
  public static func find(_ search: GuestSearch, kernel: String? = nil) throws(LinuxGuestError) -> GuestPrograms {
    if let kernel, !HostFile.isReadable(kernel) { throw .unreadable(path: kernel, errno: 2) }
    var programs: GuestPrograms
    if let made = made(search) { programs = made } else { programs = try installed(search, kernel: kernel) }
    if let kernel { programs.kernel = GuestKernel(path: kernel, modules: modules(of: kernel)) }
    return programs
  }

  /// Those of the folder that `make linux-guest` makes; nil if it is not complete.
  static func made(_ search: GuestSearch) -> GuestPrograms? {
    guard let root = search.folder.flatMap({ HostFile.resolved($0 + "/root") }),
      HostFile.isReadable(root + "/.vpmu-recipe")
    else { return nil }
    let program = { GuestProgram(path: root + $0, libraries: root + "/usr/lib/x86_64-linux-gnu") }
    let boot = root + "/boot"
    guard
      let kernel = GuestKernel.newest(
        of: HostFile.names(in: boot), in: boot, modules: root + "/usr/lib/modules", isReadable: HostFile.isReadable)
    else { return nil }
    return GuestPrograms(
      qemu: program("/usr/bin/qemu-system-x86_64"), firmware: [root + "/usr/share/qemu", root + "/usr/share/seabios"],
      virtiofsd: program("/usr/libexec/virtiofsd"), kernel: kernel,
      tools: ["perf": program("/usr/bin/perf"), "rr": program("/usr/bin/rr")])
  }

  private static func installed(_ search: GuestSearch, kernel: String?) throws(LinuxGuestError) -> GuestPrograms {
    let qemu = search.onPath("qemu-system-x86_64")
    let virtiofsd = search.onPath("virtiofsd", or: ["/usr/libexec/virtiofsd", "/usr/lib/qemu/virtiofsd"])
    let found =
      kernel.map { GuestKernel(path: $0) }
      ?? GuestKernel.newest(
        of: HostFile.names(in: "/boot"), in: "/boot", modules: "/lib/modules", isReadable: HostFile.isReadable)
    guard let qemu, let virtiofsd, let found else {
      var missing: [String] = []
      if qemu == nil { missing.append("QEMU \(QEMUVersion.least) or later") }
      if virtiofsd == nil { missing.append("virtiofsd") }
      if found == nil { missing.append("a kernel in /boot that this user can read") }
      throw .missing(missing)
    }
    let output = try ChildProgram.output(of: [qemu, "--version"])
    guard let version = QEMUVersion(output: output) else { throw .ended(program: qemu, text: output) }
    guard version >= .least else { throw .oldQEMU(path: qemu, version: version) }
    return GuestPrograms(
      qemu: GuestProgram(path: qemu), firmware: [], virtiofsd: GuestProgram(path: virtiofsd), kernel: found, tools: [:])
  }

  /// The modules of a kernel that was named by its file, if it is called as it was installed: vmlinuz-RELEASE.
  private static func modules(of kernel: String) -> String? {
    guard let path = HostFile.resolved(kernel), let name = path.split(separator: "/").last,
      let dash = name.firstIndex(of: "-")
    else { return nil }
    let root = HostFile.directory(of: HostFile.directory(of: path))
    let directory = (root == "/" ? "" : root) + "/lib/modules/" + name[dash...].dropFirst()
    return HostFile.isReadable(directory + "/modules.order") ? directory : nil
  }
}

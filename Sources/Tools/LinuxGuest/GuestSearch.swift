import Glibc

/// Where the programs for a guest are searched: in the folder that `make linux-guest` makes, else on this machine.
public struct GuestSearch: Sendable {
  /// The folder of `make linux-guest`; nil if no home directory is known.
  public var folder: String?
  /// The directories of `PATH`.
  public var path: [String]
  /// The directory of the running program.
  public var programDirectory: String

  public init(folder: String?, path: [String], programDirectory: String) {
    self.folder = folder
    self.path = path
    self.programDirectory = programDirectory
  }

  /// - Parameter value: of an environment variable; nil: it is not set
  public init(environment value: @escaping (String) -> String?, programDirectory: String) {
    let set = { (name: String) in value(name).flatMap { $0.isEmpty ? nil : $0 } }
    let cache = set("XDG_CACHE_HOME").flatMap { $0.hasPrefix("/") ? $0 : nil } ?? set("HOME").map { $0 + "/.cache" }
    folder = set("VPMU_LINUX_GUEST") ?? cache.map { $0 + "/vpmu/linux-guest" }
    path = (set("PATH") ?? "/usr/bin:/bin").split(separator: ":").map(String.init)
    self.programDirectory = programDirectory
  }

  /// That of this process.
  public static var standard: GuestSearch {
    let program = HostFile.resolved("/proc/self/exe") ?? "/"
    return GuestSearch(
      environment: { getenv($0).map { String(cString: $0) } }, programDirectory: HostFile.directory(of: program))
  }

  /// Directories for what is built with this program: beside it, where `make install` puts it, and, for a program in a
  /// build folder of the package, where `make qemu-plugin` builds it.
  var besides: [String] {
    let installed = [programDirectory, HostFile.directory(of: programDirectory) + "/lib/vpmu"]
    let parts = programDirectory.split(separator: "/")
    guard let build = parts.firstIndex(where: { $0.hasPrefix(".build") }) else { return installed }
    return installed + ["/" + parts[..<build].joined(separator: "/") + "/.build-lib/lib"]
  }

  /// The plugin that gives a guest its PMU.
  public func plugin() throws(LinuxGuestError) -> String {
    for directory in besides where HostFile.isReadable(directory + "/libvpmu-qemu.so") {
      return directory + "/libvpmu-qemu.so"
    }
    throw .noPlugin(searched: besides)
  }

  /// The guest's first process.
  func guestInit() throws(LinuxGuestError) -> String {
    for directory in besides where HostFile.isReadable(directory + "/vpmu-guest-init") {
      return directory + "/vpmu-guest-init"
    }
    throw .noGuestInit(searched: besides)
  }

  func onPath(_ name: String, or others: [String] = []) -> String? {
    (path.map { "\($0)/\(name)" } + others).first(where: HostFile.isProgram)
  }
}

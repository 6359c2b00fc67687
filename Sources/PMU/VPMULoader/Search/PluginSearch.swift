import CLibc

/// The places where plugins are looked for, in order, and which files may become plugins.
public struct PluginSearch: Sendable {
  /// A file, or a directory whose files are looked at in the order of their names.
  public struct Place: Hashable, Sendable {
    public var path: String
    public var origin: PluginOrigin

    public init(_ path: String, _ origin: PluginOrigin) {
      self.path = path
      self.origin = origin
    }

    /// Why nothing can be found here, for people (`not there`); nil for a file or directory that can be looked at.
    public var obstacle: String? {
      guard access(path, R_OK) != 0 else { return nil }
      let error = errno
      return error == ENOENT || error == ENOTDIR ? "not there" : String(cString: strerror(error))
    }
  }

  public var places: [Place]
  public var trust: PluginTrust

  public init(places: [Place], trust: PluginTrust = .ownersOnly) {
    self.places = places
    self.trust = trust
  }

  /// In the order of ``PluginOrigin``. In a process with raised rights (set-user-ID, file capabilities) the environment
  /// and the user's directory are left out: its caller must not choose its code.
  ///
  /// - Parameter named: files or directories
  public static func standard(named: [String] = [], trust: PluginTrust = .ownersOnly) -> PluginSearch {
    PluginSearch(places: places(named: named, in: .ofThisProcess), trust: trust)
  }

  package static func places(named: [String], in environment: SearchEnvironment) -> [Place] {
    var places = named.map { Place($0, .named) }
    places += environment.pluginPath.map { Place($0, .environment) }
    if let directory = environment.userDirectory { places.append(Place(directory, .userDirectory)) }
    if let directory = environment.programDirectory {
      places.append(Place(directory.isEmpty ? "/" : directory, .besideExecutable))
      places.append(Place(parent(of: directory) + "/lib/vpmu", .libraryDirectory))
    }
    return places
  }

  /// The file of the running program, without symbolic links.
  static func executable() -> String? { realPath("/proc/self/exe") }

  /// The directory that an absolute path lies in; empty for the root, so that a slash can follow.
  package static func parent(of path: String) -> String {
    path.lastIndex(of: "/").map { String(path[..<$0]) } ?? ""
  }
}

/// The `.so` files of a directory, by name; nil if it can't be read.
func libraryNames(inDirectory path: String) -> [String]? {
  names(inDirectory: path)?.filter { $0.hasSuffix(".so") }
    .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
}

import CLinux
import Glibc

/// Where a candidate was looked for.
public enum PluginOrigin: String, Sendable, CaseIterable {
  /// Named by whoever runs the program.
  case named = "named"
  /// In the environment variable VPMU_PLUGIN_PATH.
  case environment = "VPMU_PLUGIN_PATH"
  /// In the directory of the program.
  case besideExecutable = "beside the program"
  /// In `../lib/vpmu`, seen from the directory of the program.
  case libraryDirectory = "lib/vpmu"

  /// Whether somebody asked for exactly this place, and is told if nothing is there.
  var isExplicit: Bool { self == .named || self == .environment }
}

/// The places where plugins are looked for, in order.
public struct PluginSearch: Sendable {
  /// A file, or a directory whose files are looked at in the order of their names.
  public struct Place: Hashable, Sendable {
    public var path: String
    public var origin: PluginOrigin

    public init(_ path: String, _ origin: PluginOrigin) {
      self.path = path
      self.origin = origin
    }
  }

  public var places: [Place]

  public init(places: [Place]) { self.places = places }

  /// What is named, then VPMU_PLUGIN_PATH, then the program's directory, then `../lib/vpmu` beside it.
  ///
  /// - Parameter named: files or directories
  public static func standard(named: [String] = []) -> PluginSearch {
    var places = named.map { Place($0, .named) }
    places += paths(inEnvironment: environmentPath()).map { Place($0, .environment) }
    if let directory = executableDirectory() {
      places.append(Place(directory, .besideExecutable))
      places.append(Place(directory + "/../lib/vpmu", .libraryDirectory))
    }
    return PluginSearch(places: places)
  }

  /// The parts of a path list; empty ones stand for nothing.
  package static func paths(inEnvironment value: String?) -> [String] {
    (value ?? "").split(separator: ":").map(String.init)
  }

  /// The value of VPMU_PLUGIN_PATH; nil in a program with raised rights, whose caller must not choose its code.
  private static func environmentPath() -> String? {
    guard !clinux_runs_with_raised_rights(), let value = getenv("VPMU_PLUGIN_PATH") else { return nil }
    return String(cString: value)
  }

  private static func executableDirectory() -> String? {
    guard let path = realpath("/proc/self/exe", nil) else { return nil }
    defer { free(path) }
    let executable = String(cString: path)
    guard let slash = executable.lastIndex(of: "/") else { return nil }
    return String(executable[..<slash])
  }
}

/// The `.so` files of a directory, by name; nil if it can't be read.
func libraryNames(inDirectory path: String) -> [String]? {
  guard let directory = opendir(path) else { return nil }
  defer { closedir(directory) }
  var names: [String] = []
  while let entry = readdir(directory) {
    let name = withUnsafePointer(to: &entry.pointee.d_name) { field in
      field.withMemoryRebound(to: CChar.self, capacity: MemoryLayout.size(ofValue: field.pointee)) {
        String(cString: $0)
      }
    }
    if name.hasSuffix(".so") { names.append(name) }
  }
  return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
}

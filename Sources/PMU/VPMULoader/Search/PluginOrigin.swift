/// Where a candidate was looked for, in the order of the search. Where an id is found more than once, the first place
/// wins.
public enum PluginOrigin: String, Sendable, CaseIterable {
  /// Named by whoever runs the program (`--plugin`).
  case named = "named"
  /// In the environment variable VPMU_PLUGIN_PATH.
  case environment = "VPMU_PLUGIN_PATH"
  /// In `vpmu/plugins` of the user's data directory: $XDG_DATA_HOME, else `.local/share` of the home directory.
  case userDirectory = "user's plugins"
  /// In the directory of the program.
  case besideExecutable = "beside the program"
  /// In `../lib/vpmu`, seen from the directory of the program.
  case libraryDirectory = "lib/vpmu"
  /// In the directory of libvpmu, or `vpmu` in it: for a program that is elsewhere.
  case besideLibrary = "beside the library"

  /// Whether the user named exactly this file or directory: it is an error if nothing is there.
  var isExplicit: Bool { self == .named || self == .environment }
}

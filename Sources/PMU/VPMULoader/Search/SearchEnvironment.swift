import CLinux
import CLibc

/// What a search for plugins takes from its surroundings.
package struct SearchEnvironment: Sendable {
  /// The parts of VPMU_PLUGIN_PATH.
  package var pluginPath: [String]
  /// `vpmu/plugins` in the user's data directory, nil if the user has none.
  package var userDirectory: String?
  /// Absolute, without symbolic links; empty if it is the root.
  package var programDirectory: String?

  /// - Parameters:
  ///   - hasRaisedRights: AT_SECURE: nothing that the caller can choose is looked at
  ///   - variable: the value of an environment variable, nil if it is not set
  ///   - homeDirectory: the one in the user database
  package init(
    hasRaisedRights: Bool, program: String?, variable: (String) -> String?, homeDirectory: () -> String?
  ) {
    programDirectory = program.map(PluginSearch.parent)
    guard !hasRaisedRights else {
      pluginPath = []
      return
    }
    pluginPath = (variable("VPMU_PLUGIN_PATH") ?? "").split(separator: ":").map(String.init)
    // The XDG Base Directory Specification: a path that is not absolute counts as not set.
    func directory(_ path: String?) -> String? { path.flatMap { $0.hasPrefix("/") ? $0 : nil } }
    let data =
      directory(variable("XDG_DATA_HOME"))
      ?? (directory(variable("HOME")) ?? directory(homeDirectory())).map { $0 + "/.local/share" }
    userDirectory = data.map { $0 + "/vpmu/plugins" }
  }

  static var ofThisProcess: SearchEnvironment {
    SearchEnvironment(
      hasRaisedRights: clinux_runs_with_raised_rights(), program: PluginSearch.executable(),
      variable: { getenv($0).map { String(cString: $0) } },
      homeDirectory: { UserDatabase.user(geteuid())?.home })
  }
}

/// Why no model is chosen. The text lists what there is.
public enum PluginSelectionError: Error, Hashable, Sendable {
  /// The search found no plugin that can be used.
  case noPlugins(searched: [String], refused: [PluginLoadError])
  /// No plugin has that name or id.
  case unknownPlugin(String, available: [String])
  /// No plugin is for CPUs of that vendor.
  case noPluginForVendor(String, available: [String])
  /// No plugin, or not the one asked for, has a model of that name.
  case unknownModel(String, available: [String])
  /// The plugin that was named by its path can't be loaded.
  case notLoaded(PluginLoadError)
}

extension PluginSelectionError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .noPlugins(let searched, let refused):
      "no plugin was found in \(searched.joined(separator: ", ")): name one by its path, or its directory in VPMU_PLUGIN_PATH"
        + refused.map { "\n  refused: \($0)" }.joined()
    case .unknownPlugin(let name, let available):
      "no plugin is called \"\(name)\": there are \(available.joined(separator: ", ")); or name one by its path, with a slash in it"
    case .noPluginForVendor(let vendor, let available):
      "no plugin is for the CPU vendor \"\(vendor)\": there are plugins for \(available.joined(separator: ", "))"
    case .unknownModel(let name, let available):
      "no model is called \"\(name)\": there are \(available.joined(separator: ", "))"
    case .notLoaded(let error): error.description
    }
  }
}

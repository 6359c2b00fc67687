import VPMUModel

/// A plugin and one of the CPUs that it can be.
public struct PluginSelection: Sendable {
  public let plugin: Plugin
  public let preset: Preset
}

extension PluginCatalogue {
  /// The plugin for a CPU of this vendor: the first one that names the CPUID vendor string, or is called so.
  ///
  /// - Parameter vendor: 12 characters, as CPUID leaf 0 gives them, or a plugin's name
  public func plugin(forVendor vendor: String) throws(PluginSelectionError) -> Plugin {
    let plugins = plugins
    if let plugin = plugins.first(where: { $0.declaration.cpuidVendors.contains(vendor) }) { return plugin }
    if let plugin = plugins.first(where: { $0.declaration.name == vendor }) { return plugin }
    try requireAny()
    throw .noPluginForVendor(vendor, available: plugins.flatMap { $0.declaration.cpuidVendors })
  }

  /// The plugin of that name or id; a text with a slash is a path, and is loaded from there.
  public func plugin(_ nameOrPath: String) throws(PluginSelectionError) -> Plugin {
    if nameOrPath.utf8.contains(UInt8(ascii: "/")) {
      do {
        return try Plugin.load(nameOrPath, trust: search.trust)
      } catch {
        throw .notLoaded(error)
      }
    }
    let plugins = plugins
    if let plugin = plugins.first(where: { $0.declaration.name == nameOrPath || $0.declaration.id == nameOrPath }) {
      return plugin
    }
    try requireAny()
    throw .unknownPlugin(nameOrPath, available: plugins.map { $0.declaration.name })
  }

  /// The model of that name, of whichever plugin has it first.
  public func model(_ name: String) throws(PluginSelectionError) -> PluginSelection {
    try model(name, of: plugins)
  }

  /// What a command line asks for.
  ///
  /// - Parameters:
  ///   - plugin: a plugin's name, id or path
  ///   - vendor: a CPUID vendor string or a plugin's name; without a plugin and a model, this machine's
  ///   - model: the name of a model, such as `Preset/name`; nil for the plugin's default
  public func select(
    plugin: String? = nil, vendor: String? = nil, model: String? = nil
  ) throws(PluginSelectionError) -> PluginSelection {
    let chosen: Plugin
    if let plugin {
      chosen = try self.plugin(plugin)
    } else if let vendor {
      chosen = try self.plugin(forVendor: vendor)
    } else if let model {
      return try self.model(model)
    } else {
      chosen = try self.plugin(forVendor: HostCPU.vendor)
    }
    guard let model else { return PluginSelection(plugin: chosen, preset: chosen.declaration.presets[0]) }
    return try self.model(model, of: [chosen])
  }

  private func model(_ name: String, of plugins: [Plugin]) throws(PluginSelectionError) -> PluginSelection {
    for plugin in plugins {
      if let preset = plugin.declaration.preset(named: name) {
        return PluginSelection(plugin: plugin, preset: preset)
      }
    }
    if plugins.isEmpty { try requireAny() }
    throw .unknownModel(name, available: plugins.flatMap { $0.declaration.presets.map { $0.name } })
  }

  private func requireAny() throws(PluginSelectionError) {
    guard plugins.isEmpty else { return }
    throw .noPlugins(searched: search.places.map { $0.path }, refused: refusals)
  }
}

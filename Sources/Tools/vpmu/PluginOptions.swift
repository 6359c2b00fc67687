import ArgumentParser
import VPMULoader

/// Where plugins come from.
struct PluginOptions: ParsableArguments {
  @Option(
    name: .customLong("plugin"),
    help: "Use this plugin: a name as `vpmu plugins` lists it, or a path (with a slash in it).")
  var plugin: String?

  @OptionGroup var trust: TrustOptions

  /// What the search finds. A plugin that was named by its path is the first, and shadows others of its id.
  func catalogue() -> PluginCatalogue {
    let named = plugin.flatMap { $0.contains("/") ? [$0] : nil } ?? []
    return Self.catalogue(.standard(named: named, trust: trust.trust))
  }

  /// The model for a vendor that a trace names: of the plugin that was chosen, if one was, else the first one for it.
  ///
  /// - Throws: `PluginSelectionError`, if the plugin that was chosen is none
  func modelForVendor() throws -> (_ vendor: String) throws -> PluginModel {
    let catalogue = catalogue()
    let chosen = try plugin.map { try catalogue.plugin($0) }
    return { vendor in try (chosen ?? catalogue.plugin(forVendor: vendor)).model }
  }

  /// What a search finds, with the reports of plugins, and warnings, on standard error.
  static func catalogue(_ search: PluginSearch = .standard()) -> PluginCatalogue {
    PluginReports.setHandler { id, text in Output.note("plugin \(id): \(text)") }
    let catalogue = PluginCatalogue(search)
    for entry in catalogue.entries {
      if let warning = entry.warning { Output.note("warning: plugin \(entry.path): \(warning)") }
    }
    return catalogue
  }
}

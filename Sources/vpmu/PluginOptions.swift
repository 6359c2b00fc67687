import ArgumentParser
import VPMULoader

/// Where plugins come from.
struct PluginOptions: ParsableArguments {
  @Option(
    name: .customLong("plugin"),
    help: "Use this plugin: a name as `vpmu plugins` lists it, or a path (with a slash in it).")
  var plugin: String?

  /// The model for a vendor that a trace names: of the plugin that was chosen, if one was, else the first one for it.
  ///
  /// - Throws: `PluginSelectionError`, if the plugin that was chosen is none
  func modelForVendor() throws -> (_ vendor: String) throws -> PluginModel {
    let catalogue = Self.catalogue()
    let chosen = try plugin.map { try catalogue.plugin($0) }
    return { vendor in try (chosen ?? catalogue.plugin(forVendor: vendor)).model }
  }

  /// What the search finds, with the reports of plugins on standard error.
  static func catalogue() -> PluginCatalogue {
    PluginReports.setHandler { id, text in Output.note("plugin \(id): \(text)") }
    return PluginCatalogue()
  }
}

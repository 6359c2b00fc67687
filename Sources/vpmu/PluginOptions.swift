import ArgumentParser
import VPMULoader

/// Where plugins come from.
struct PluginOptions: ParsableArguments {
  @Option(
    name: .customLong("plugin"),
    help: "Use this plugin: a name as `vpmu plugins` lists it, or a path (with a slash in it).")
  var plugin: String?

  /// What the search finds, with the reports of plugins on standard error.
  static func catalogue() -> PluginCatalogue {
    PluginReports.setHandler { id, text in Output.note("plugin \(id): \(text)") }
    return PluginCatalogue()
  }
}

import ArgumentParser
import VPMULoader

struct PluginsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plugins", abstract: "List the plugins found, with their models, and the ones refused.",
    discussion: """
      Plugins are looked for in the directories and files of VPMU_PLUGIN_PATH (colon-separated), in the directory of \
      this program, and in ../lib/vpmu beside it.
      """)

  func run() throws {
    let catalogue = PluginOptions.catalogue()
    for entry in catalogue.entries {
      switch entry.result {
      case .success(let plugin): describe(plugin, foundIn: entry.place)
      case .failure(let error):
        Output.result("\(entry.path)")
        Output.result("  refused      \(error.reason)")
      }
    }
    guard catalogue.plugins.isEmpty else { return }
    let searched = catalogue.search.places.map { "\($0.path) (\($0.origin.rawValue))" }
    Output.error(
      "no plugin was found in \(searched.joined(separator: ", ")): name its directory in VPMU_PLUGIN_PATH")
    throw ExitCode.failure
  }

  private func describe(_ plugin: Plugin, foundIn place: PluginSearch.Place) {
    let declaration = plugin.declaration
    Output.result("\(declaration.name)")
    Output.result("  id           \(declaration.id) \(declaration.version) (\(declaration.license))")
    Output.result("  file         \(plugin.path) (\(place.origin.rawValue))")
    Output.result("  ABI          \(plugin.abi)")
    Output.result("  CPU vendors  \(declaration.cpuidVendors.map { "\"\($0)\"" }.joined(separator: ", "))")
    let width = declaration.presets.map(\.name.count).max() ?? 0
    for (index, preset) in declaration.presets.enumerated() {
      let name = preset.name + String(repeating: " ", count: width - preset.name.count)
      Output.result("  \(index == 0 ? "models" : "      ")       \(name)  \(preset.summary)")
    }
  }
}

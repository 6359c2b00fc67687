import ArgumentParser
import VPMULoader

struct PluginsListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List the places searched and the plugins found: used, shadowed and refused.",
    discussion: """
      The search goes, in this order, to what --plugin names; to the directories and files of VPMU_PLUGIN_PATH \
      (colon-separated); to vpmu/plugins in the user's data directory ($XDG_DATA_HOME, else ~/.local/share); to the \
      directory of this program; and to ../lib/vpmu beside it. Each directory's files are taken by name. Of plugins with \
      the same id the first place's is used.
      """)

  @OptionGroup var options: PluginOptions

  func run() throws {
    let catalogue = options.catalogue()
    let chosen = try options.plugin.map { try catalogue.plugin($0).declaration.id }
    list(catalogue.search)
    for entry in catalogue.entries {
      if let chosen, (try? entry.result.get())?.declaration.id != chosen { continue }
      Output.result("")
      list(entry)
    }
    guard catalogue.plugins.isEmpty else { return }
    let searched = catalogue.search.places.map { "\($0.path) (\($0.origin.rawValue))" }
    Output.error(
      "no plugin was found in \(searched.joined(separator: ", ")): name its directory in VPMU_PLUGIN_PATH")
    throw ExitCode.failure
  }

  private func list(_ search: PluginSearch) {
    Output.result("searched, in this order:")
    let width = search.places.map(\.origin.rawValue.count).max() ?? 0
    for place in search.places {
      let origin = place.origin.rawValue
      let padding = String(repeating: " ", count: width - origin.count)
      Output.result("  \(origin)\(padding)  \(place.path)\(place.obstacle.map { " (\($0))" } ?? "")")
    }
  }

  private func list(_ entry: PluginCatalogue.Entry) {
    switch entry.result {
    case .success(let plugin): list(plugin, entry)
    case .failure(let error):
      Output.result("\(entry.path)")
      Output.result("  refused      \(error.reason)")
    }
  }

  private func list(_ plugin: Plugin, _ entry: PluginCatalogue.Entry) {
    let declaration = plugin.declaration
    Output.result("\(declaration.name)")
    if let other = entry.shadowedBy { Output.result("  shadowed     by \(other), which is found first") }
    Output.result("  id           \(declaration.id) \(declaration.version) (\(declaration.license))")
    Output.result("  file         \(plugin.path) (\(entry.place.origin.rawValue))")
    if let warning = entry.warning { Output.result("  warning      \(warning)") }
    Output.result("  ABI          \(plugin.abi)")
    Output.result("  CPU vendors  \(declaration.cpuidVendors.map { "\"\($0)\"" }.joined(separator: ", "))")
    let width = declaration.presets.map(\.name.count).max() ?? 0
    for (index, preset) in declaration.presets.enumerated() {
      let name = preset.name + String(repeating: " ", count: width - preset.name.count)
      Output.result("  \(index == 0 ? "models" : "      ")       \(name)  \(preset.summary)")
    }
  }
}

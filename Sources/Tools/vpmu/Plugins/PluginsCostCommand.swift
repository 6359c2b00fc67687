import ArgumentParser
import VPMUBench
import VPMULoader

struct PluginsCostCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cost", abstract: "Measure what plugins cost: to load, and for each callback of a guest's access.",
    discussion: """
      Loading is the file's checks, dlopen, the entry and its tables, the first time in this process. A callback is \
      measured through the boundary with all that the model does, by turns with a plain C function of the same shape \
      that does nothing. Missing a bar is no failure: it may be the machine.
      """)

  @OptionGroup var options: PluginOptions

  @Flag(help: "Write JSON Lines.")
  var json = false

  func run() throws {
    let catalogue = options.catalogue()
    let chosen = try options.plugin.map { try catalogue.plugin($0).path }
    let entries = catalogue.entries.filter { $0.plugin != nil && (chosen == nil || $0.path == chosen) }
    // Says why there is none.
    if entries.isEmpty { _ = try catalogue.select() }
    if !BoundaryCost.isOptimised { Output.note("this is a debug build: build with --configuration release to measure") }
    var isFirst = true
    for entry in entries {
      guard let plugin = entry.plugin else { continue }
      let cost = PluginCost(
        plugin.declaration, path: plugin.path, loadTime: entry.loadTime,
        callbacks: try BoundaryCost.measure(plugin.model))
      if !json && !isFirst { Output.result("") }
      Output.result(json ? cost.json : cost.table)
      isFirst = false
    }
  }
}

import ArgumentParser

struct PluginsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plugins", abstract: "List plugins, measure what they cost, or begin a new one.",
    subcommands: [PluginsListCommand.self, PluginsCostCommand.self, PluginsNewCommand.self],
    defaultSubcommand: PluginsListCommand.self)
}

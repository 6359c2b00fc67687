import ArgumentParser

struct PluginsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plugins", abstract: "List plugins, or measure what they cost.",
    subcommands: [PluginsListCommand.self, PluginsCostCommand.self], defaultSubcommand: PluginsListCommand.self)
}

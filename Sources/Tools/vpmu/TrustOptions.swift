import ArgumentParser
import VPMULoader

/// Whose files may become plugins.
struct TrustOptions: ParsableArguments {
  @Flag(
    name: .customLong("allow-untrusted-plugins"),
    help: "Load plugins that others could have written too, each with a warning.")
  var allowsUntrusted = false

  var trust: PluginTrust { allowsUntrusted ? .anyone : .ownersOnly }
}

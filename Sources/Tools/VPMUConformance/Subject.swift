import SeededRandom
import VPMULoader
import VPMUModel

/// What a check judges: one plugin, loaded when it is first asked for.
///
/// A rule about the file or the entry looks at ``path`` and does the loading by itself. Any other asks for ``model``: if the
/// plugin can't be loaded, that rule has nothing to judge, and those that say why have failed.
final class Subject {
  /// As it was given.
  let path: String
  /// The only preset to judge; nil: all of them.
  let modelName: String?
  let seed: UInt64
  /// The directory of the recorded traces, nil if there is none.
  let vectors: String?

  /// Whoever runs the rules has said that the plugin's code may run.
  private lazy var loading = Result { () throws(PluginLoadError) in try Plugin.load(path, trust: .anyone) }

  init(path: String, modelName: String? = nil, seed: UInt64 = 1, vectors: String? = nil) {
    self.path = path
    self.modelName = modelName
    self.seed = seed
    self.vectors = vectors
  }

  /// Why the loader refuses the plugin, nil if it does not.
  var refusal: PluginLoadError? {
    switch loading {
    case .success: nil
    case .failure(let error): error
    }
  }

  var plugin: Plugin {
    get throws(Finding) {
      switch loading {
      case .success(let plugin): return plugin
      case .failure(let error): throw .notApplicable("the plugin can't be loaded: it \(error.reason)")
      }
    }
  }

  var model: PluginModel { get throws(Finding) { try plugin.model } }

  var declaration: ModelDeclaration { get throws(Finding) { try plugin.declaration } }

  /// The presets to judge.
  var presets: [Preset] {
    get throws(Finding) {
      let all = try declaration.presets
      guard let modelName else { return all }
      guard let preset = all.first(where: { $0.name == modelName }) else {
        throw .unknownModel(modelName, available: all.map(\.name))
      }
      return [preset]
    }
  }

  /// Random numbers for one purpose, the same ones for the same seed.
  func generator(_ purpose: StaticString) -> SeededGenerator { SeededGenerator(seed: seed, purpose: purpose) }
}

extension HostLimits {
  /// The host that plugins are judged on: as many counters as a model may have, as wide as those of today's processors.
  static let ample = HostLimits(gpCounters: 16, fixedCounters: 16, gpWidth: 48, fixedWidth: 48, archEvents: 32)
}

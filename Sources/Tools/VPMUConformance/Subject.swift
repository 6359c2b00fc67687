import SeededRandom
import VPMULoader
import VPMUModel

/// The plugin that a check judges, loaded at the first use of ``plugin``.
///
/// A rule about the file or the entry uses ``path`` and loads the file by itself. Any other uses ``model``: if the
/// plugin can't be loaded, that rule does not apply, and the rules about loading have failed.
final class Subject {
  /// The path as it was given.
  let path: String
  /// The only preset to judge; nil: all of them.
  let modelName: String?
  let seed: UInt64
  /// The directory of the recorded traces, nil if there is none.
  let vectors: String?

  /// Without a check of trust: the runner has made it.
  private lazy var loading = Result { () throws(PluginLoadError) in
    let plugin = try Plugin.load(path, trust: .anyone)
    guard let entry = try? Library(path).exportedEntry else { return plugin }
    return try RecordingCallbacks.plugin(entry)
  }

  init(path: String, modelName: String? = nil, seed: UInt64 = 1, vectors: String? = nil) {
    self.path = path
    self.modelName = modelName
    self.seed = seed
    self.vectors = vectors
  }

  /// The loader's reason to refuse the plugin, nil if it accepts it.
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

  /// The random numbers of one purpose, the same for the same seed.
  func generator(_ purpose: StaticString) -> SeededGenerator { SeededGenerator(seed: seed, purpose: purpose) }
}

extension HostLimits {
  /// The limits of the host that plugins are judged on: as many counters as a model may have, 48 bits wide.
  static let ample = HostLimits(gpCounters: 16, fixedCounters: 16, gpWidth: 48, fixedWidth: 48, archEvents: 32)
}

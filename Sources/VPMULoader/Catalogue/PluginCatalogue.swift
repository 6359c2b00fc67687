/// The plugins that a search found, loaded, and the candidates that were refused, in the order of the search.
public struct PluginCatalogue: Sendable {
  /// A candidate.
  public struct Entry: Sendable {
    /// The path, resolved where the file exists.
    public let path: String
    /// The place that it was found in.
    public let place: PluginSearch.Place
    /// What the file says, nil if it was refused before that was known.
    public let abi: PluginABI?
    /// The plugin, or why it is refused.
    public let result: Result<Plugin, PluginLoadError>
  }

  public let search: PluginSearch
  public private(set) var entries: [Entry] = []

  /// The plugins that can be used.
  public var plugins: [Plugin] { entries.compactMap { try? $0.result.get() } }

  /// The reasons of the candidates that can't.
  public var refusals: [PluginLoadError] {
    entries.compactMap { entry in
      if case .failure(let error) = entry.result { error } else { nil }
    }
  }

  private var seen: Set<FileIdentity> = []

  /// Searches, and loads what it finds.
  public init(_ search: PluginSearch = .standard()) {
    self.search = search
    for place in search.places { look(in: place) }
  }

  private mutating func look(in place: PluginSearch.Place) {
    guard let names = libraryNames(inDirectory: place.path) else {
      // No directory: a file, or nothing. Nobody asked for the places that a program looks in by itself.
      if place.origin.isExplicit { consider(place.path, in: place, isExpected: true) }
      return
    }
    for name in names {
      let isExpected = name.hasPrefix("libVPMU") || name.hasSuffix(".vpmu.so")
      consider(place.path + "/" + name, in: place, isExpected: isExpected)
    }
  }

  /// - Parameter isExpected: whether the file should be a plugin; another one is passed over if it does not claim to be
  private mutating func consider(_ path: String, in place: PluginSearch.Place, isExpected: Bool) {
    let file: PluginFile
    do {
      file = try PluginFile(path: path)
    } catch {
      if case .abiMajor = error {} else if !isExpected { return }
      entries.append(Entry(path: error.path, place: place, abi: nil, result: .failure(error)))
      return
    }
    guard seen.insert(file.identity).inserted else { return }
    entries.append(Entry(path: file.path, place: place, abi: file.abi, result: load(file)))
  }

  private func load(_ file: PluginFile) -> Result<Plugin, PluginLoadError> {
    do {
      let plugin = try Plugin.load(file)
      let id = plugin.declaration.id
      if let first = plugins.first(where: { $0.declaration.id == id }) {
        return .failure(.duplicateID(path: plugin.path, id: id, first: first.path))
      }
      return .success(plugin)
    } catch {
      return .failure(error)
    }
  }
}

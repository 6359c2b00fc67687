import CLibc
import VPMUModel

/// The plugins that a search found, loaded, and the candidates that were refused, in the order of the search.
///
/// A file is taken once, whatever paths lead to it. Of plugins with one id, the one in the first place is used, and
/// those in later places are *shadowed* by it; two in one place are an error, and neither is used.
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
    public fileprivate(set) var result: Result<Plugin, PluginLoadError>
    /// The plugin of the same id that is used and not this one, by its path.
    public fileprivate(set) var shadowedBy: String?
    /// Who else could have written the file, where ``PluginTrust/anyone`` lets it in all the same.
    public let distrust: PluginLoadError?
    /// How long it took to check the file, to load it and to read its tables, in ns. A file that this process has
    /// loaded before takes no time.
    public let loadTime: UInt64

    /// The plugin, if it is one that can be used.
    public var plugin: Plugin? { shadowedBy == nil ? try? result.get() : nil }

    /// What to tell of a plugin that was loaded although others could have written it.
    public var warning: String? {
      guard case .success = result, case .untrusted(_, let culprit, let reason, let mend) = distrust else { return nil }
      return "others could have changed it, \(culprit == path ? "it" : culprit) \(reason): `\(mend)` mends that"
    }
  }

  public let search: PluginSearch
  /// Plugins that are part of the program. They come before all that is found.
  public let linkedIn: [Plugin]
  public private(set) var entries: [Entry] = []

  /// The plugins that can be used: no two have the same id.
  public var plugins: [Plugin] { linkedIn + entries.compactMap { $0.plugin } }

  /// The reasons of the candidates that can't. A shadowed plugin is none of them.
  public var refusals: [PluginLoadError] {
    entries.compactMap { entry in
      if case .failure(let error) = entry.result { error } else { nil }
    }
  }

  private var seen: Set<FileIdentity> = []

  /// Searches, and loads what it finds.
  public init(_ search: PluginSearch = .standard(), linkedIn: [Plugin] = []) {
    self.search = search
    self.linkedIn = linkedIn
    for place in search.places {
      var found = candidates(in: place)
      Self.refuseDuplicates(&found)
      shadow(&found)
      entries += found
    }
  }

  // MARK: One place

  private mutating func candidates(in place: PluginSearch.Place) -> [Entry] {
    guard let names = libraryNames(inDirectory: place.path) else {
      // No directory: a file, or nothing. Nobody asked for the places that a program looks in by itself.
      guard place.origin.isExplicit else { return [] }
      return [candidate(place.path, in: place, isExpected: true)].compactMap { $0 }
    }
    return names.compactMap { name in
      let isExpected = name.hasPrefix("libVPMU") || name.hasSuffix(".vpmu.so")
      return candidate(place.path + "/" + name, in: place, isExpected: isExpected)
    }
  }

  /// - Parameter isExpected: whether the file should be a plugin; another one is passed over if it does not claim to be
  /// - Returns: nil if it is passed over, or was seen before
  private mutating func candidate(_ path: String, in place: PluginSearch.Place, isExpected: Bool) -> Entry? {
    let start = now()
    let file: PluginFile
    do {
      file = try PluginFile(path: path, trust: search.trust)
    } catch {
      guard isExpected || error.isOfAPlugin else { return nil }
      return Entry(
        path: error.path, place: place, abi: nil, result: .failure(error), distrust: nil,
        loadTime: now() &- start)
    }
    guard seen.insert(file.identity).inserted else { return nil }
    let result = Result { () throws(PluginLoadError) in try Plugin.load(file) }
    return Entry(
      path: file.path, place: place, abi: file.abi, result: result, distrust: file.distrust,
      loadTime: now() &- start)
  }

  // MARK: The same id

  /// Within one place nothing says which of two is meant.
  private static func refuseDuplicates(_ found: inout [Entry]) {
    var places: [String: [Int]] = [:]
    for (index, entry) in found.enumerated() {
      if let id = entry.plugin?.declaration.id { places[id, default: []].append(index) }
    }
    for (id, indices) in places where indices.count > 1 {
      for index in indices {
        let other = indices[0] == index ? indices[1] : indices[0]
        found[index].result = .failure(.duplicateID(path: found[index].path, id: id, other: found[other].path))
      }
    }
  }

  private func shadow(_ found: inout [Entry]) {
    let known = plugins
    for index in found.indices {
      guard let id = found[index].plugin?.declaration.id else { continue }
      found[index].shadowedBy = known.first { $0.declaration.id == id }?.path
    }
  }
}

extension PluginLoadError {
  /// Whether the file does claim to be a plugin, by its section.
  fileprivate var isOfAPlugin: Bool {
    switch self {
    case .abiMajor, .untrusted: true
    default: false
    }
  }
}

/// CLOCK_MONOTONIC in ns: clock_gettime(2).
private func now() -> UInt64 {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return UInt64(time.tv_sec) &* 1_000_000_000 &+ UInt64(time.tv_nsec)
}

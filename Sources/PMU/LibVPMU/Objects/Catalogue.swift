import CLibVPMU
import CVPMU
import VPMULoader
import VPMUModel

/// `vpmu_catalogue`: the plugins that a search found, with their strings in C's form.
final class Catalogue: Sendable {
  let plugins: PluginCatalogue
  let models: [Model]
  let refusals: [CString]
  private let strings: CStrings

  /// A plugin in the header's form.
  struct Model: Sendable {
    let info: vpmu_model_info
    let presets: [vpmu_preset_info]
    let events: [vpmu_event_info]
  }

  init(_ plugins: PluginCatalogue) {
    self.plugins = plugins
    let strings = CStrings()
    models = plugins.plugins.enumerated().map { Model($1, index: UInt32(truncatingIfNeeded: $0), strings) }
    refusals = plugins.refusals.map { CString(strings.add($0.description)) }
    self.strings = strings
  }

  convenience init(_ options: vpmu_search_options) throws(Failure) {
    guard options.flags & ~(VPMU_SEARCH_ALLOW_UNTRUSTED | VPMU_SEARCH_NAMED_ONLY) == 0 else {
      throw .argument("flags of vpmu_search_options has bits that this library does not know: set them to 0")
    }
    guard let paths = Boundary.elements(options.paths, options.path_count),
      let entries = Boundary.elements(options.entries, options.entry_count)
    else { throw .argument("paths or entries of vpmu_search_options is NULL, and its count is not 0") }
    let trust: PluginTrust = options.flags & VPMU_SEARCH_ALLOW_UNTRUSTED != 0 ? .anyone : .ownersOnly
    var named: [String] = []
    for path in paths {
      guard let path else { throw .argument("an element of paths is NULL") }
      named.append(String(cString: path))
    }
    var search = PluginSearch.standard(named: named, trust: trust)
    if let directory = LibraryFile.directory {
      search.places.append(PluginSearch.Place(directory, .besideLibrary))
      search.places.append(PluginSearch.Place(directory + "/vpmu", .besideLibrary))
    }
    if options.flags & VPMU_SEARCH_NAMED_ONLY != 0 { search.places.removeAll { $0.origin != .named } }
    var linkedIn: [Plugin] = []
    for entry in entries {
      guard let entry else { throw .argument("an element of entries is NULL") }
      do throws(PluginLoadError) {
        linkedIn.append(try Plugin(linkedIn: unsafeBitCast(entry, to: Plugin.Entry.self)))
      } catch { throw Failure(error) }
    }
    self.init(PluginCatalogue(search, linkedIn: linkedIn))
  }
}

/// A string in C's form, owned by ``CStrings``: never changed.
struct CString: @unchecked Sendable {
  let pointer: UnsafePointer<CChar>

  init(_ pointer: UnsafePointer<CChar>) { self.pointer = pointer }
}

extension Catalogue.Model {
  fileprivate init(_ plugin: Plugin, index: UInt32, _ strings: CStrings) {
    let declaration = plugin.declaration
    var info = vpmu_model_info()
    info.flags = declaration.masksLVTPC ? UInt32(VPMU_MODEL_MASKS_LVTPC) : 0
    info.id = strings.add(declaration.id)
    info.name = strings.add(declaration.name)
    info.version = strings.add(declaration.version)
    info.license = strings.add(declaration.license)
    info.path = strings.add(plugin.path)
    info.vendor = strings.add(declaration.cpuidVendors.first ?? "")
    info.event_mask = declaration.eventSelectMask
    info.preset_count = UInt32(truncatingIfNeeded: declaration.presets.count)
    info.event_count = UInt32(truncatingIfNeeded: declaration.events.count)
    self.info = info
    presets = declaration.presets.map { preset in
      var info = vpmu_preset_info()
      info.model = index
      info.name = strings.add(preset.name)
      info.summary = strings.add(preset.summary)
      return info
    }
    events = declaration.events.map { row in
      var info = vpmu_event_info()
      info.generic = row.generic?.rawValue ?? -1
      info.select = row.select
      info.name = row.name.map { strings.add($0) }
      info.is_exact = row.quality == .exact ? 1 : 0
      return info
    }
  }
}

extension vpmu_model_info: @retroactive @unchecked Sendable {}
extension vpmu_preset_info: @retroactive @unchecked Sendable {}
extension vpmu_event_info: @retroactive @unchecked Sendable {}
extension CStrings: @unchecked Sendable {}

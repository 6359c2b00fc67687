/// Finds, checks and loads plugins, and chooses a model.
///
/// | step | file | code of the plugin that runs |
/// |---|---|---|
/// | find candidates | `PluginSearch`, `PluginCatalogue` | none |
/// | who could have written it | `PluginTrust`, `TrustedWriters` | none |
/// | machine, identity, version | `PluginFile`, `ELFImage` | none |
/// | dlopen, entry | ``Plugin/load(_:trust:)`` | constructors, the entry |
/// | tables, callbacks | `TableReader`, `CallbackTable` | none |
/// | accesses | ``PluginModel`` | the callbacks |
import CVPMU
import CLibc
import Locking
import VPMUModel

/// A plugin that is loaded. It stays so until the process ends: Swift's runtime can't forget a library.
public final class Plugin: Sendable {
  /// Absolute, without symbolic links; `linked in` if it is no file.
  public let path: String
  /// The version of the ABI that its tables say.
  public let abi: PluginABI
  /// What it says of itself.
  public let declaration: ModelDeclaration
  /// Its model, for the core.
  public let model: PluginModel

  private static let loaded = Locked<[FileIdentity: Plugin]>([:])

  /// Loads the plugin at `path`, or finds it loaded: the same file, by whatever path, is the same plugin.
  ///
  /// Loading runs its code. Whoever can write the file can do what this process can: see ``PluginTrust``.
  public static func load(_ path: String, trust: PluginTrust = .ownersOnly) throws(PluginLoadError) -> Plugin {
    try load(PluginFile(path: path, trust: trust))
  }

  /// Loads a file that was read before.
  public static func load(_ file: PluginFile) throws(PluginLoadError) -> Plugin {
    if let known = loaded.withLock({ $0[file.identity] }) { return known }
    // Without the lock: constructors and the entry run here. If two threads load one file, the first one's stays.
    let plugin = try Plugin(entry: try entry(of: file), path: file.path)
    return loaded.withLock { all in
      let first = all[file.identity] ?? plugin
      all[file.identity] = first
      return first
    }
  }

  /// The entry of a plugin.
  public typealias Entry = @convention(c) (UnsafePointer<vpmu_services>) -> UnsafePointer<vpmu_plugin_info>?

  /// A plugin whose code is part of this program: its tables are checked like those of a file.
  public convenience init(linkedIn entry: Entry) throws(PluginLoadError) {
    try self.init(entry: entry, path: "linked in")
  }

  private init(entry: Entry, path: String) throws(PluginLoadError) {
    guard let source = entry(CoreServices.table) else { throw .entryRefused(path: path) }
    let reader = TableReader(path: path)
    let info = try reader.info(source)
    let declaration = try reader.declaration(info)
    let table = try CallbackTable(
      try reader.ops(info), context: info.context, declaration: declaration, path: path)
    self.path = path
    self.abi = PluginABI(major: info.abi_major, minor: info.abi_minor)
    self.declaration = declaration
    self.model = PluginModel(table.permanent())
  }

  private static func entry(of file: PluginFile) throws(PluginLoadError) -> Entry {
    // RTLD_NOW: what a plugin lacks is said now, with its name, and not by a guest's access that ends the process.
    guard let handle = dlopen(file.path, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE) else {
      throw .dlopen(path: file.path, text: dlerror().map { String(cString: $0) } ?? "nothing")
    }
    if let symbol = dlsym(handle, "vpmu_plugin_entry_v1") { return unsafeBitCast(symbol, to: Entry.self) }
    let other: UInt16? = (2...9).first { dlsym(handle, "vpmu_plugin_entry_v\($0)") != nil }
    throw .missingEntry(path: file.path, other: other)
  }
}

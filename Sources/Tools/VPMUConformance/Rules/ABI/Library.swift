import CVPMU
import Glibc
import Synchronization
import VPMULoader
import VPMUModel

/// The plugin's library, opened as the loader opens it, in single steps.
struct Library {
  private let handle: UnsafeMutableRawPointer

  /// - Throws: `violated`, with the message of dlerror(3)
  init(_ path: String) throws(Finding) {
    // A name without a slash would be searched for in the system's directories.
    let name = path.contains("/") ? path : "./" + path
    guard let handle = dlopen(name, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE) else {
      throw .violated("dlopen failed: " + (dlerror().map { String(cString: $0) } ?? "no reason given"))
    }
    self.handle = handle
  }

  /// The entry of this major version, nil if the library does not export it.
  var exportedEntry: Plugin.Entry? {
    dlsym(handle, "vpmu_plugin_entry_v\(VPMU_ABI_MAJOR)").map { unsafeBitCast($0, to: Plugin.Entry.self) }
  }

  /// - Throws: `notApplicable`, if there is none
  func entry() throws(Finding) -> Plugin.Entry {
    guard let entry = exportedEntry else { throw .notApplicable("the library exports no entry") }
    return entry
  }

  /// The table that the entry returns.
  ///
  /// - Throws: `notApplicable`, if it returns none
  func table(_ services: Services = Services()) throws(Finding) -> UnsafePointer<vpmu_plugin_info> {
    guard let table = try entry()(services.table) else { throw .notApplicable("the entry returned NULL") }
    return table
  }
}

/// A services table of this core, or of a newer one. It is never freed: plugins keep the pointer.
struct Services {
  let table: UnsafePointer<vpmu_services>

  private static let texts = Mutex<[String]>([])

  /// The reports of plugins in this process.
  static var reports: [String] { texts.withLock { $0 } }

  /// - Parameter unknown: the number of bytes behind the known fields
  init(unknown: Int = 0) {
    let size = MemoryLayout<vpmu_services>.size + unknown
    let memory = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 16)
    // Fields of a newer core, which the plugin must ignore.
    memory.initializeMemory(as: UInt8.self, repeating: 0xA5, count: size)
    let text = UnsafeRawPointer(CoreVersion.text.utf8Start).assumingMemoryBound(to: CChar.self)
    let table = memory.bindMemory(to: vpmu_services.self, capacity: 1)
    table.initialize(
      to: vpmu_services(
        struct_size: UInt32(size), abi_major: UInt16(VPMU_ABI_MAJOR), abi_minor: UInt16(VPMU_ABI_MINOR),
        core_version: text,
        report: { _, text in
          let text = String(cString: text)
          Services.texts.withLock { texts in if texts.count < 16 { texts.append(text) } }
        }))
    self.table = UnsafePointer(table)
  }
}

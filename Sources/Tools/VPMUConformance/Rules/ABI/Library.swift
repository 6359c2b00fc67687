import CVPMU
import Glibc
import Synchronization
import VPMUCore
import VPMULoader

/// The plugin's library, opened as the loader opens it, but step by step.
struct Library {
  private let handle: UnsafeMutableRawPointer

  /// - Throws: what dlopen(3) says
  init(_ path: String) throws(Finding) {
    // A name without a slash would be searched for in the system's directories.
    let name = path.contains("/") ? path : "./" + path
    guard let handle = dlopen(name, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE) else {
      throw .violated("dlopen says: " + (dlerror().map { String(cString: $0) } ?? "nothing"))
    }
    self.handle = handle
  }

  /// The entry of this major version, nil if the library does not export it.
  var exportedEntry: Plugin.Entry? {
    dlsym(handle, "vpmu_plugin_entry_v\(VPMU_ABI_MAJOR)").map { unsafeBitCast($0, to: Plugin.Entry.self) }
  }

  /// - Throws: not applicable, if there is none
  func entry() throws(Finding) -> Plugin.Entry {
    guard let entry = exportedEntry else { throw .notApplicable("the library exports no entry") }
    return entry
  }

  /// The table that the entry returns.
  ///
  /// - Throws: not applicable, if it returns none
  func table(_ services: Services = Services()) throws(Finding) -> UnsafePointer<vpmu_plugin_info> {
    guard let table = try entry()(services.table) else { throw .notApplicable("the entry returned NULL") }
    return table
  }
}

/// A services table of this core, or of one that offers more. It is never freed: plugins keep the pointer.
struct Services {
  let table: UnsafePointer<vpmu_services>

  private static let texts = Mutex<[String]>([])

  /// What plugins have reported in this process.
  static var reports: [String] { texts.withLock { $0 } }

  /// - Parameter unknown: bytes behind the fields that are known today
  init(unknown: Int = 0) {
    let size = MemoryLayout<vpmu_services>.size + unknown
    let memory = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 16)
    // What a newer core has there is no business of the plugin's.
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

import CVPMU
import Locking
import VPMUModel

/// What plugins tell the embedder: texts for people, such as why an entry refused.
public enum PluginReports {
  /// Gets the plugin's id and the text. Called on any thread, the plugin's call waits for it.
  public typealias Handler = @Sendable (_ pluginID: String, _ text: String) -> Void

  private static let handler = Locked<Handler?>(nil)

  /// Sets who gets the reports; nil, as at start: nobody.
  public static func setHandler(_ new: Handler?) { handler.withLock { $0 = new } }

  fileprivate static func deliver(_ id: UnsafePointer<CChar>?, _ text: UnsafePointer<CChar>?) {
    guard let id, let text, let handler = handler.withLock({ $0 }) else { return }
    handler(String(cString: id), String(cString: text))
  }
}

/// The services table that goes to each plugin's entry.
enum CoreServices {
  // Constant, and never freed: plugins keep the pointer.
  nonisolated(unsafe) static let table: UnsafePointer<vpmu_services> = {
    let table = UnsafeMutablePointer<vpmu_services>.allocate(capacity: 1)
    let text = UnsafeRawPointer(CoreVersion.text.utf8Start).assumingMemoryBound(to: CChar.self)
    table.initialize(
      to: vpmu_services(
        struct_size: UInt32(MemoryLayout<vpmu_services>.size), abi_major: UInt16(VPMU_ABI_MAJOR),
        abi_minor: UInt16(VPMU_ABI_MINOR), core_version: text, report: { PluginReports.deliver($0, $1) }))
    return UnsafePointer(table)
  }()
}

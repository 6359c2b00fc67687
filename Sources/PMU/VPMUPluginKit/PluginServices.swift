import CVPMU

/// What a core offers to a plugin's author.
public enum PluginServices {
  /// Tells the embedder something about this plugin, for people. From any thread, but not on a guest's access: a
  /// guest could make it talk without end. Does nothing while no core has called the entry, as in a model that is
  /// linked in.
  public static func report(_ text: String) {
    guard let services = kept, let id = keptID else { return }
    text.withCString { services.pointee.report(id, $0) }
  }

  // Written by the entry, which runs before anything else of the plugin and one call at a time.
  nonisolated(unsafe) private static var kept: UnsafePointer<vpmu_services>?
  nonisolated(unsafe) private static var keptID: UnsafePointer<CChar>?

  static func keep(_ services: UnsafePointer<vpmu_services>, id: UnsafePointer<CChar>?) {
    kept = services
    keptID = id
  }
}

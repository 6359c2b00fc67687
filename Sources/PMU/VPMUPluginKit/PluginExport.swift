/// Carries a ``PMUModel`` over the C boundary of `vpmu_plugin.h`.
///
/// A plugin is a dynamic library whose own source is this, and no more:
///
/// ```swift
/// let exported = PluginExport(AcmeModel())
///
/// @c @implementation
/// public func vpmu_plugin_entry_v1(_ services: UnsafePointer<vpmu_services>) -> UnsafePointer<vpmu_plugin_info>? {
///   exported.enter(services)
/// }
/// ```
///
/// The compiler checks the entry against the header. The kit adds the identity section (`vpmu_abi`) and the callbacks.
/// It is linked statically into each plugin and uses no Foundation, which would make a plugin load ten times slower.
import CVPMU
import VPMUModel

/// A model as a plugin: its tables in the boundary's form, built once, alive as long as the process.
public struct PluginExport: @unchecked Sendable {
  /// The result of the entry: constant.
  public let info: UnsafePointer<vpmu_plugin_info>

  /// Builds the tables. The memory is never freed: the core may use it until the process ends.
  ///
  /// - Parameter model: a constant; every virtual CPU uses this value
  @inlinable
  public init<Model: PMUModel>(_ model: Model) { self.init(model.declaration, CallbackTarget(ModelClosures(model))) }

  @usableFromInline
  init(_ declaration: ModelDeclaration, _ target: CallbackTarget) {
    let context = Unmanaged.passRetained(target).toOpaque()
    info = Permanent.table(declaration, ops: Callbacks.table(target.model.callbacks), context: context)
  }

  /// The body of the entry: keeps the core's services for ``PluginServices`` and returns ``info``.
  ///
  /// - Returns: nil if the core speaks another major version of the ABI
  public func enter(_ services: UnsafePointer<vpmu_services>) -> UnsafePointer<vpmu_plugin_info>? {
    guard services.pointee.abi_major == VPMU_ABI_MAJOR else { return nil }
    PluginServices.keep(services, id: info.pointee.id)
    return info
  }
}

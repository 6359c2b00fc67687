import VPMUModel

/// Invalid results of a model: the guest gets #GP, the embedder finds them in ``VirtualPMU/pluginFaults``.
extension VirtualPMU {
  @inlinable
  func fault(_ fault: PluginFault) -> WriteAnswer {
    report(fault)
    return .generalProtection
  }

  @inlinable
  func fault(_ fault: PluginFault) -> ReadAnswer {
    report(fault)
    return .generalProtection
  }

  @inlinable
  func report(_ fault: PluginFault) { block.pointee.pluginFaults.add(fault) }

  /// The model's invalid results so far.
  public var pluginFaults: PluginFaults { block.pointee.pluginFaults }

  /// The same for people, with the plugin's id; nil if there was no fault.
  public var pluginFaultReport: String? { pluginFaults.report(plugin: model.declaration.id) }
}

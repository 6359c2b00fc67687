import VPMUModel

/// What a model returned and can't be: the guest gets #GP, the embedder finds it in ``VirtualPMU/pluginFaults``.
extension VirtualPMU {
  @inlinable
  func fault(_ fault: PluginFault) -> WriteAnswer {
    note(fault)
    return .generalProtection
  }

  @inlinable
  func fault(_ fault: PluginFault) -> ReadAnswer {
    note(fault)
    return .generalProtection
  }

  // Out of line: it stays off the path of an access.
  @usableFromInline @inline(never)
  func note(_ fault: PluginFault) { book.pointee.pluginFaults.add(fault) }

  /// What the model returned that can't be, so far.
  public var pluginFaults: PluginFaults { book.pointee.pluginFaults }

  /// The same for people, with the plugin's id; nil if there was no fault.
  public var pluginFaultReport: String? { pluginFaults.report(plugin: model.declaration.id) }
}

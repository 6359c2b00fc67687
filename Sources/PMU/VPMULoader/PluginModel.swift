import CVPMU
import VPMUModel

/// The model of a loaded plugin: its tables, and its callbacks where it has any in their place.
///
/// One word, copied freely: the address of a constant table that lives as long as the process. The results of callbacks
/// are the core's to check.
@frozen
public struct PluginModel: PMUModel, @unchecked Sendable {
  @usableFromInline let table: UnsafePointer<CallbackTable>

  init(_ table: UnsafePointer<CallbackTable>) { self.table = table }

  @inlinable
  public var tables: ModelTables { table.pointee.tables }

  @inlinable
  public var _callbacks: ModelCallbacks { table.pointee.callbacks }

  public func refresh(_ state: PMUState, guest: GuestConfiguration, host: HostLimits) -> Bool {
    _refresh(state, guest: guest, host: host) == VPMU_DONE
  }

  public func _refresh(_ state: PMUState, guest: GuestConfiguration, host: HostLimits) -> vpmu_status {
    var host = host
    return guest.withBoundary { table.pointee.refresh(table.pointee.context, state.pointer, $0, &host) }
  }

  public func reset(_ state: PMUState) {
    if let reset = table.pointee.reset {
      reset(table.pointee.context, state.pointer)
    } else if state.hasGlobalControl {
      state.fields.global_control = state.generalPurposeCounters
    }
  }

  @inlinable
  public func deliverPMI(_ state: PMUState) {
    if let deliver = table.pointee.deliverPMI { deliver(table.pointee.context, state.pointer) }
  }

  @inlinable
  public func cleanup(_ state: PMUState) {
    if let cleanup = table.pointee.cleanup { cleanup(table.pointee.context, state.pointer) }
  }
}

// MARK: Callbacks in place of the tables

extension PluginModel {
  @inlinable
  public func _isValidMSR(_ msr: MSRNumber, _ state: PMUStateView) -> Bool {
    guard let callback = table.pointee.isValidMSR else { return registers.isValid(msr, state) }
    return callback(table.pointee.context, state.pointer, msr.rawValue)
  }

  @inlinable
  public func _msrIndexToPMC(_ msr: MSRNumber, _ state: PMUStateView) -> PMCIndex? {
    guard let callback = table.pointee.msrIndexToPMC else { return registers.pmc(of: msr, state) }
    return PMCIndex(returned: callback(table.pointee.context, state.pointer, msr.rawValue))
  }

  @inlinable
  public func _rdpmcECXToPMC(_ ecx: RDPMCSelector, _ state: PMUStateView) -> PMCIndex? {
    guard let callback = table.pointee.rdpmcECXToPMC else { return registers.pmc(selector: ecx, state) }
    return PMCIndex(returned: callback(table.pointee.context, state.pointer, ecx.rawValue))
  }

  @inlinable
  public func _specialGetMSR(_ msr: MSRNumber, origin: AccessOrigin, _ state: PMUStateView) -> ModelAnswer? {
    guard let callback = table.pointee.getMSR else { return nil }
    let answer = callback(table.pointee.context, state.pointer, msr.rawValue, origin.flags)
    return answer.status == VPMU_BY_TABLES ? nil : answer
  }

  @inlinable
  public func _specialSetMSR(
    _ msr: MSRNumber, _ value: UInt64, origin: AccessOrigin, _ state: PMUState
  ) -> ModelAnswer? {
    guard let callback = table.pointee.setMSR else { return nil }
    let answer = callback(table.pointee.context, state.pointer, msr.rawValue, value, origin.flags)
    return answer.status == VPMU_BY_TABLES ? nil : answer
  }

  @inlinable
  public func _specialArchEvent(_ selector: UInt64, _ state: PMUStateView) -> ModelEvent? {
    guard let callback = table.pointee.findArchEvent else { return nil }
    let event = callback(table.pointee.context, state.pointer, selector)
    return event.generic == VPMU_GENERIC_BY_TABLES ? nil : ModelEvent(event)
  }

  @inlinable
  public func _specialFixedEvent(_ index: UInt32, _ state: PMUStateView) -> ModelEvent? {
    guard let callback = table.pointee.findFixedEvent else { return nil }
    let event = callback(table.pointee.context, state.pointer, index)
    return event.generic == VPMU_GENERIC_BY_TABLES ? nil : ModelEvent(event)
  }

  @inlinable
  public func _checkRDPMCEarly(_ ecx: RDPMCSelector, _ state: PMUStateView) -> vpmu_status {
    guard let callback = table.pointee.checkRDPMCEarly else { return VPMU_DONE }
    return callback(table.pointee.context, state.pointer, ecx.rawValue)
  }
}

extension PMCIndex {
  /// From a plugin: nil for -1, "none". What is no index becomes one that no counter has, for the core to refuse.
  @inlinable
  init?(returned index: Int32) {
    if index == -1 { return nil }
    self.init(rawValue: min(UInt32(bitPattern: index), 63))
  }
}

extension AccessOrigin {
  /// As flags of an access.
  @inlinable
  var flags: UInt32 { self == .host ? VPMU_HOST_INITIATED : 0 }
}

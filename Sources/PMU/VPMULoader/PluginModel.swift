import CVPMU
import VPMUModel

/// The model of a loaded plugin: calls go straight through the boundary.
///
/// One word, copied freely: the address of a constant table that lives as long as the process. What the callbacks return
/// is the core's to check.
@frozen
public struct PluginModel: PMUModel, @unchecked Sendable {
  @usableFromInline let table: UnsafePointer<CallbackTable>

  init(_ table: UnsafePointer<CallbackTable>) { self.table = table }

  public var declaration: ModelDeclaration { table.pointee.declaration }

  public func refresh(_ state: PMUState, guest: GuestConfiguration, host: HostLimits) -> Bool {
    returnedByRefresh(state, guest, host) == VPMU_DONE
  }

  public func refreshStatus(_ state: PMUState, guest: GuestConfiguration, host: HostLimits) -> Int32 {
    let status = returnedByRefresh(state, guest, host)
    if status == VPMU_DONE { table.pointee.marks.check(declaration.ranges, state) { msrIndexToPMC($0, state) } }
    return status
  }

  private func returnedByRefresh(_ state: PMUState, _ guest: GuestConfiguration, _ host: HostLimits) -> Int32 {
    var host = host
    return guest.withBoundary { table.pointee.refresh(table.pointee.context, state, $0, &host) }
  }

  public func reset(_ state: PMUState) { table.pointee.reset(table.pointee.context, state) }

  @inlinable
  public func isValidMSR(_ msr: MSRNumber, _ state: PMUState) -> Bool {
    table.pointee.isValidMSR(table.pointee.context, state, msr.rawValue)
  }

  @inlinable
  public func msrIndexToPMC(_ msr: MSRNumber, _ state: PMUState) -> PMCIndex? {
    PMCIndex(returned: table.pointee.msrIndexToPMC(table.pointee.context, state, msr.rawValue))
  }

  @inlinable @inline(__always)
  public func pmcMarked(by msr: MSRNumber, _ state: PMUState) -> PMCIndex? {
    table.pointee.marks.pmc(of: msr, state) ?? msrIndexToPMC(msr, state)
  }

  @inlinable
  public func rdpmcECXToPMC(_ ecx: RDPMCSelector, _ state: PMUState) -> PMCIndex? {
    PMCIndex(returned: table.pointee.rdpmcECXToPMC(table.pointee.context, state, ecx.rawValue))
  }

  @inlinable
  public func getMSR(_ msr: MSRNumber, origin: AccessOrigin, _ state: PMUState) -> ModelAnswer {
    table.pointee.getMSR(table.pointee.context, state, msr.rawValue, origin.flags)
  }

  @inlinable
  public func setMSR(_ msr: MSRNumber, _ value: UInt64, origin: AccessOrigin, _ state: PMUState) -> ModelAnswer {
    table.pointee.setMSR(table.pointee.context, state, msr.rawValue, value, origin.flags)
  }

  @inlinable
  public func findArchEvent(_ selector: UInt64, _ state: PMUState) -> ModelEvent {
    ModelEvent(table.pointee.findArchEvent(table.pointee.context, state, selector))
  }

  @inlinable
  public func findFixedEvent(_ index: UInt32, _ state: PMUState) -> ModelEvent {
    ModelEvent(table.pointee.findFixedEvent(table.pointee.context, state, index))
  }

  @inlinable
  public func checkRDPMCEarly(_ ecx: RDPMCSelector, _ state: PMUState) -> Bool {
    earlyRDPMCStatus(ecx, state) == VPMU_DONE
  }

  @inlinable
  public func earlyRDPMCStatus(_ ecx: RDPMCSelector, _ state: PMUState) -> Int32 {
    guard let check = table.pointee.checkRDPMCEarly else { return Int32(VPMU_DONE) }
    return check(table.pointee.context, state, ecx.rawValue)
  }

  @inlinable
  public func deliverPMI(_ state: PMUState) {
    if let deliver = table.pointee.deliverPMI { deliver(table.pointee.context, state) }
  }

  @inlinable
  public func cleanup(_ state: PMUState) {
    if let cleanup = table.pointee.cleanup { cleanup(table.pointee.context, state) }
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
  var flags: UInt32 { self == .host ? UInt32(VPMU_HOST_INITIATED) : 0 }
}

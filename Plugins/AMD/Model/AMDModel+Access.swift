import CVPMU
import VPMUModel

/// What an MSR number is, for one guest.
private enum Register {
  case counter(UInt32)
  case eventSelect(UInt32)
  case globalStatus, globalControl, globalStatusClear, globalStatusSet
  /// In a range of this PMU, but not there for this guest.
  case absent
  case foreign
}

extension AMDModel {
  private func register(_ msr: MSRNumber, _ state: PMUState) -> Register {
    let number = msr.rawValue
    let count = state.pointee.gp_count
    // One unsigned compare for each range: a number below its base wraps to a large one.
    let core = number &- AMDRegisters.coreEventSelect
    if core < 2 &* AMDRegisters.maximumCount {
      guard hasCoreRegisters(state), core / 2 < count else { return .absent }
      return core & 1 == 0 ? .eventSelect(core / 2) : .counter(core / 2)
    }
    let k7 = number &- AMDRegisters.k7EventSelect
    if k7 < 2 &* AMDRegisters.k7Count {
      let n = k7 & (AMDRegisters.k7Count &- 1)
      guard n < count else { return .absent }
      return k7 < AMDRegisters.k7Count ? .eventSelect(n) : .counter(n)
    }
    switch number {
    case AMDRegisters.globalStatus: return state.hasGlobalControl ? .globalStatus : .absent
    case AMDRegisters.globalControl: return state.hasGlobalControl ? .globalControl : .absent
    case AMDRegisters.globalStatusClear: return state.hasGlobalControl ? .globalStatusClear : .absent
    case AMDRegisters.globalStatusSet: return state.hasGlobalControl ? .globalStatusSet : .absent
    default: return .foreign
    }
  }

  public func isValidMSR(_ msr: MSRNumber, _ state: PMUState) -> Bool {
    switch register(msr, state) {
    case .absent, .foreign: false
    default: true
    }
  }

  public func msrIndexToPMC(_ msr: MSRNumber, _ state: PMUState) -> PMCIndex? {
    switch register(msr, state) {
    case .counter(let n), .eventSelect(let n): .generalPurpose(n)
    default: nil
    }
  }

  /// A plain index: AMD APM vol. 3, RDPMC.
  public func rdpmcECXToPMC(_ ecx: RDPMCSelector, _ state: PMUState) -> PMCIndex? {
    ecx.rawValue < state.pointee.gp_count ? .generalPurpose(ecx.rawValue) : nil
  }

  public func getMSR(_ msr: MSRNumber, origin: AccessOrigin, _ state: PMUState) -> ModelAnswer {
    switch register(msr, state) {
    case .counter(let n): .counter(.generalPurpose(n))
    case .eventSelect(let n): .done(state.generalPurpose(n).pointee.selector)
    case .globalStatus: .done(state.pointee.global_status)
    case .globalControl: .done(state.pointee.global_control)
    case .globalStatusClear, .globalStatusSet: .done(0)
    case .absent: .fault
    case .foreign: .notMine
    }
  }

  /// Reserved bits are dropped, never #GP.
  public func setMSR(_ msr: MSRNumber, _ value: UInt64, origin: AccessOrigin, _ state: PMUState) -> ModelAnswer {
    switch register(msr, state) {
    case .counter(let n): return .counter(.generalPurpose(n), write: value)
    case .eventSelect(let n):
      state.setEventSelect(n, value & ~state.pointee.event_select_reserved)
      return .done()
    case .globalStatus:
      guard origin == .host else { return .done() }
      guard value & state.pointee.global_status_reserved == 0 else { return .fault }
      state.pointee.global_status = value
      return .done()
    case .globalControl:
      state.setGlobalControl(value & ~state.pointee.global_control_reserved)
      return .done()
    case .globalStatusClear:
      if origin == .guest { state.pointee.global_status &= ~value }
      return .done()
    case .globalStatusSet:
      if origin == .guest { state.pointee.global_status |= value & ~state.pointee.global_status_reserved }
      return .done()
    case .absent: return .fault
    case .foreign: return .notMine
    }
  }

  public func findArchEvent(_ selector: UInt64, _ state: PMUState) -> ModelEvent { AMDEvents.event(selector: selector) }

  /// There are no fixed counters.
  public func findFixedEvent(_ index: UInt32, _ state: PMUState) -> ModelEvent { ModelEvent(unnamed: 0) }
}

import CVPMU
import VPMUModel

/// What an MSR number is, for one guest.
private enum Register {
  case counter(PMCIndex)
  case fullWidthCounter(PMCIndex)
  case eventSelect(UInt32)
  case fixedControl, globalStatus, globalControl, globalOverflowControl
  /// In a range of this PMU, but not there for this guest.
  case absent
  case foreign
}

extension IntelModel {
  private func register(_ msr: MSRNumber, _ state: PMUState) -> Register {
    let number = msr.rawValue
    let gpCount = state.pointee.gp_count
    // One unsigned compare for each range: a number below its base wraps to a large one.
    let gp = number &- IntelRegisters.performanceCounter
    if gp < gpCount { return .counter(.generalPurpose(gp)) }
    let select = number &- IntelRegisters.eventSelect
    if select < gpCount { return .eventSelect(select) }
    switch number {
    case IntelRegisters.globalControl: return state.hasGlobalControl ? .globalControl : .absent
    case IntelRegisters.globalStatus: return state.hasGlobalControl ? .globalStatus : .absent
    case IntelRegisters.globalOverflowControl: return state.hasGlobalControl ? .globalOverflowControl : .absent
    case IntelRegisters.fixedControl: return state.hasGlobalControl ? .fixedControl : .absent
    default: break
    }
    let fixed = number &- IntelRegisters.fixedCounter
    if fixed < state.pointee.fixed_count { return .counter(.fixed(fixed)) }
    let fullWidth = number &- IntelRegisters.fullWidthCounter
    if fullWidth < gpCount {
      return hasFullWidthWrites(state) ? .fullWidthCounter(.generalPurpose(fullWidth)) : .absent
    }
    let most = IntelRegisters.maximumGP
    let isInRange = gp < most || select < most || fullWidth < most || fixed < IntelRegisters.maximumFixed
    return isInRange ? .absent : .foreign
  }

  public func isValidMSR(_ msr: MSRNumber, _ state: PMUState) -> Bool {
    switch register(msr, state) {
    case .absent, .foreign: false
    default: true
    }
  }

  /// The full-width alias names no counter here: it does not mark one in use.
  public func msrIndexToPMC(_ msr: MSRNumber, _ state: PMUState) -> PMCIndex? {
    switch register(msr, state) {
    case .counter(let pmc): pmc
    case .eventSelect(let n): .generalPurpose(n)
    default: nil
    }
  }

  /// ECX[31:16] is the type, 0 or 4000H, ECX[15:0] the index: Intel SDM vol. 2B, RDPMC. The "fast" flag, bit 31, is a
  /// type that does not exist.
  public func rdpmcECXToPMC(_ ecx: RDPMCSelector, _ state: PMUState) -> PMCIndex? {
    if ecx.rawValue < state.pointee.gp_count { return .generalPurpose(ecx.rawValue) }
    let fixed = ecx.rawValue &- IntelRegisters.fixedSelector
    return fixed < state.pointee.fixed_count ? .fixed(fixed) : nil
  }

  public func getMSR(_ msr: MSRNumber, origin: AccessOrigin, _ state: PMUState) -> ModelAnswer {
    switch register(msr, state) {
    case .counter(let pmc), .fullWidthCounter(let pmc): .counter(pmc)
    case .eventSelect(let n): .done(state.generalPurpose(n).pointee.selector)
    case .fixedControl: .done(state.pointee.fixed_control)
    case .globalStatus: .done(state.pointee.global_status)
    case .globalControl: .done(state.pointee.global_control)
    case .globalOverflowControl: .done(0)
    case .absent: .fault
    case .foreign: .notMine
    }
  }

  public func setMSR(_ msr: MSRNumber, _ value: UInt64, origin: AccessOrigin, _ state: PMUState) -> ModelAnswer {
    switch register(msr, state) {
    case .counter(let pmc):
      // A guest writes bits 31:0 of a general-purpose counter, sign-extended; the VMM writes the whole value.
      let isSignExtended = !pmc.isFixed && origin == .guest
      return .counter(pmc, write: isSignExtended ? signExtended(value) : value)
    case .fullWidthCounter(let pmc):
      return value & ~state.pointee.gp_mask == 0 ? .counter(pmc, write: value) : .fault
    case .eventSelect(let n): return setEventSelect(n, value, state)
    case .fixedControl: return setFixedControl(value, state)
    case .globalStatus:
      guard origin == .host, value & state.pointee.global_status_reserved == 0 else { return .fault }
      state.pointee.global_status = value
      return .done()
    case .globalControl: return setGlobalControl(value, state)
    case .globalOverflowControl:
      guard value & state.pointee.global_status_reserved == 0 else { return .fault }
      if origin == .guest { state.pointee.global_status &= ~value }
      return .done()
    case .absent: return .fault
    case .foreign: return .notMine
    }
  }

  private func signExtended(_ value: UInt64) -> UInt64 {
    UInt64(bitPattern: Int64(Int32(truncatingIfNeeded: value)))
  }

  private func setEventSelect(_ n: UInt32, _ value: UInt64, _ state: PMUState) -> ModelAnswer {
    guard value & state.pointee.event_select_reserved == 0 else { return .fault }
    state.setEventSelect(n, value)
    return .done()
  }

  /// Each counter whose four bits change is in use and looked at again.
  private func setFixedControl(_ value: UInt64, _ state: PMUState) -> ModelAnswer {
    guard value & state.pointee.fixed_control_reserved == 0 else { return .fault }
    let changes = state.pointee.fixed_control ^ value
    state.pointee.fixed_control = value
    guard changes != 0 else { return .done() }
    for i in 0..<state.pointee.fixed_count where (changes &>> UInt64(4 &* i)) & 0xF != 0 {
      state.pointee.in_use |= PMCIndex.fixed(i).bit
      state.requestReprogram(PMCIndex.fixed(i).bit)
    }
    return .done()
  }

  private func setGlobalControl(_ value: UInt64, _ state: PMUState) -> ModelAnswer {
    guard value & state.pointee.global_control_reserved == 0 else { return .fault }
    state.setGlobalControl(value)
    return .done()
  }
}

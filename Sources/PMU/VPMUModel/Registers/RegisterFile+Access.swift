import CVPMU

/// RDMSR and WRMSR.
extension RegisterFile {
  /// What RDMSR of this register answers.
  @inlinable @inline(__always)
  public func read(_ msr: MSRNumber, origin: AccessOrigin, _ state: PMUState) -> ModelAnswer {
    let entry = find(msr)
    guard entry.pointee.exists(state) else { return entry.pointee.absence }
    switch entry.pointee.kind {
    case .counter, .counterAlias: return .counter(entry.pointee.pmc)
    case .eventSelect: return .done(state.counter(entry.pointee.pmc).pointee.selector)
    case .fixedControl: return .done(state.pointee.fixed_control)
    case .globalControl: return .done(state.pointee.global_control)
    case .globalStatus: return .done(state.pointee.global_status)
    case .globalStatusClear, .globalStatusSet: return .done(0)
    case .other, .selector, .none: return .fault
    }
  }

  /// What WRMSR of this register answers; where that is "done", the state has changed.
  @inlinable @inline(__always)
  public func write(_ msr: MSRNumber, _ value: UInt64, origin: AccessOrigin, _ state: PMUState) -> ModelAnswer {
    let entry = find(msr)
    guard entry.pointee.exists(state) else { return entry.pointee.absence }
    if origin == .guest, entry.pointee.traits.contains(.readOnly) {
      return entry.pointee.traits.contains(.ignoresReserved) ? .done() : .fault
    }
    switch entry.pointee.kind {
    case .counter, .counterAlias: return writeCounter(entry, value, origin, state)
    case .eventSelect:
      guard let value = entry.pointee.accepted(value, reserved: state.pointee.event_select_reserved) else {
        return .fault
      }
      state.setEventSelect(entry.pointee.pmc.rawValue, value)
    case .fixedControl:
      guard let value = entry.pointee.accepted(value, reserved: state.pointee.fixed_control_reserved) else {
        return .fault
      }
      state.setFixedControl(value)
    case .globalControl:
      guard let value = entry.pointee.accepted(value, reserved: state.pointee.global_control_reserved) else {
        return .fault
      }
      state.setGlobalControl(value)
    case .globalStatus, .globalStatusClear, .globalStatusSet: return writeStatus(entry, value, origin, state)
    case .other, .selector, .none: return .fault
    }
    return .done()
  }

  @inlinable
  func writeCounter(
    _ entry: UnsafePointer<RegisterEntry>, _ value: UInt64, _ origin: AccessOrigin, _ state: PMUState
  ) -> ModelAnswer {
    if origin == .guest, entry.pointee.traits.contains(.signExtends) {
      return .counter(entry.pointee.pmc, write: UInt64(bitPattern: Int64(Int32(truncatingIfNeeded: value))))
    }
    guard entry.pointee.traits.contains(.fullWidth) else { return .counter(entry.pointee.pmc, write: value) }
    guard let value = entry.pointee.accepted(value, reserved: ~state.widthMask(entry.pointee.pmc)) else {
      return .fault
    }
    return .counter(entry.pointee.pmc, write: value)
  }

  @inlinable
  func writeStatus(
    _ entry: UnsafePointer<RegisterEntry>, _ value: UInt64, _ origin: AccessOrigin, _ state: PMUState
  ) -> ModelAnswer {
    let reserved = state.pointee.global_status_reserved
    if entry.pointee.kind == .globalStatus, origin == .host {
      // A saved state that could never have been is refused, even where a guest's mistakes are dropped.
      guard value & reserved == 0 else { return .fault }
      state.pointee.global_status = value
      return .done()
    }
    guard let value = entry.pointee.accepted(value, reserved: reserved) else { return .fault }
    guard origin == .guest else { return .done() }
    switch entry.pointee.kind {
    case .globalStatusClear: state.pointee.global_status &= ~value
    case .globalStatusSet: state.pointee.global_status |= value
    default: state.pointee.global_status = value
    }
    return .done()
  }
}

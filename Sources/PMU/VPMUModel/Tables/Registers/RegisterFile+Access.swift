import CVPMU

/// RDMSR and WRMSR.
extension RegisterFile {
  /// The answer to RDMSR of this register.
  @inlinable @inline(__always)
  public func read(_ msr: MSRNumber, origin: AccessOrigin, _ state: PMUStateView) -> ModelAnswer {
    read(find(msr), state)
  }

  /// The answer to WRMSR of this register; where that is "done", the state has changed.
  @inlinable @inline(__always)
  public func write(_ msr: MSRNumber, _ value: UInt64, origin: AccessOrigin, _ state: PMUState) -> ModelAnswer {
    write(find(msr), value, origin: origin, state)
  }

  @inlinable @inline(__always)
  package func read(_ entry: UnsafePointer<RegisterEntry>, _ state: PMUStateView) -> ModelAnswer {
    guard entry.pointee.exists(state) else { return entry.pointee.absence }
    switch entry.pointee.kind {
    case .counter, .counterAlias: return .counter(entry.pointee.pmc)
    case .eventSelect: return .done(state.ownCounter(entry.pointee.pmc).selector)
    case .fixedControl: return .done(state.fields.fixed_control)
    case .globalControl: return .done(state.fields.global_control)
    case .globalStatus: return .done(state.fields.global_status)
    case .globalStatusClear, .globalStatusSet: return .done(0)
    case .constant: return .done(state.constant(entry.pointee.pmc.rawValue))
    case .other, .selector, .none: return .fault
    }
  }

  @inlinable @inline(__always)
  package func write(
    _ entry: UnsafePointer<RegisterEntry>, _ value: UInt64, origin: AccessOrigin, _ state: PMUState
  ) -> ModelAnswer {
    guard entry.pointee.exists(state.view) else { return entry.pointee.absence }
    return writeExisting(entry, value, origin: origin, state)
  }

  /// WRMSR of a register that exists for this guest.
  @inlinable @inline(__always)
  package func writeExisting(
    _ entry: UnsafePointer<RegisterEntry>, _ value: UInt64, origin: AccessOrigin, _ state: PMUState
  ) -> ModelAnswer {
    if origin == .guest, entry.pointee.traits.contains(.readOnly) {
      return entry.pointee.traits.contains(.ignoresReserved) ? .done() : .fault
    }
    switch entry.pointee.kind {
    case .counter, .counterAlias: return writeCounter(entry, value, origin, state.view)
    case .eventSelect:
      guard let value = entry.pointee.accepted(value, reserved: state.fields.event_select_reserved) else {
        return .fault
      }
      if entry.pointee.traits.contains(.sharedEnable) {
        setSharedSelect(entry.pointee.pmc, value, state)
      } else {
        state.setEventSelect(value, of: entry.pointee.counter(in: state), bit: entry.pointee.counters)
      }
    case .fixedControl:
      guard let value = entry.pointee.accepted(value, reserved: state.fields.fixed_control_reserved) else {
        return .fault
      }
      state.setFixedControl(value)
    case .globalControl:
      guard let value = entry.pointee.accepted(value, reserved: state.fields.global_control_reserved) else {
        return .fault
      }
      state.setGlobalControl(value)
    case .globalStatus, .globalStatusClear, .globalStatusSet: return writeStatus(entry, value, origin, state)
    case .constant:
      return origin == .host && value == state.view.constant(entry.pointee.pmc.rawValue) ? .done() : .fault
    case .other, .selector, .none: return .fault
    }
    return .done()
  }

  @inlinable @inline(__always)
  func writeCounter(
    _ entry: UnsafePointer<RegisterEntry>, _ value: UInt64, _ origin: AccessOrigin, _ state: PMUStateView
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

  @usableFromInline
  func writeStatus(
    _ entry: UnsafePointer<RegisterEntry>, _ value: UInt64, _ origin: AccessOrigin, _ state: PMUState
  ) -> ModelAnswer {
    let reserved = state.fields.global_status_reserved
    if entry.pointee.kind == .globalStatus, origin == .host {
      // A saved state that could never have been is refused, even where a guest's mistakes are ignored.
      guard value & reserved == 0 else { return .fault }
      state.fields.global_status = value
      return .done()
    }
    guard let value = entry.pointee.accepted(value, reserved: reserved) else { return .fault }
    guard origin == .guest else { return .done() }
    switch entry.pointee.kind {
    case .globalStatusClear: state.fields.global_status &= ~value
    case .globalStatusSet: state.fields.global_status |= value
    default: state.fields.global_status = value
    }
    return .done()
  }
}

/// Enable bits.
extension RegisterFile {
  /// Stores the event select of a counter whose enable bit is that of the lowest one.
  @usableFromInline
  func setSharedSelect(_ pmc: PMCIndex, _ value: UInt64, _ state: PMUState) {
    state.setEventSelect(value, of: vpmu_own_counter(state.pointer, pmc.number), bit: pmc.bit)
    let before = state.fields.locally_enabled
    state.fields.locally_enabled = locallyEnabled(state.view)
    state.requestReprogram(before ^ state.fields.locally_enabled)
  }

  /// The counters that their own control enables.
  @usableFromInline
  package func locallyEnabled(_ state: PMUStateView) -> UInt64 {
    var enabled: UInt64 = 0
    for pmc in PMCSet(state.fields.all_valid) {
      if isLocallyEnabled(pmc, state) { enabled |= pmc.bit }
    }
    return enabled
  }

  private func isLocallyEnabled(_ pmc: PMCIndex, _ state: PMUStateView) -> Bool {
    if pmc.isFixed { return state.fixedControl(pmc.number) & (VPMU_FIXED_OS | VPMU_FIXED_USER) != 0 }
    let selector = state.ownCounter(pmc).selector
    guard sharedEnable & pmc.bit != 0 else { return selector & VPMU_SELECT_ENABLE != 0 }
    // Without a ring it counts nothing: one that the guest does not use gets no host event when another one is started.
    let first = PMCIndex(rawValue: UInt32(sharedEnable.trailingZeroBitCount))
    return state.ownCounter(first).selector & VPMU_SELECT_ENABLE != 0
      && selector & (VPMU_SELECT_USER | VPMU_SELECT_OS) != 0
  }
}

extension PMUStateView {
  /// Word `index` of `model_shape`, 0 to 3.
  @inlinable
  func constant(_ index: UInt32) -> UInt64 {
    let words = pointer.pointee.model_shape
    return switch index & 3 {
    case 0: words.0
    case 1: words.1
    case 2: words.2
    default: words.3
    }
  }
}

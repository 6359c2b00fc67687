import CVPMU
import VPMUModel

/// What `vpmu_plugin.h` says of a register table, followed line by line: each answer walks all ranges.
struct RegisterReference {
  let ranges: [RegisterRange]

  /// A register: its range, and its number there.
  struct Claim {
    var range: RegisterRange
    var n: UInt32

    /// The counter that it belongs to, nil for a role that has none, or for one that no CPU can have.
    var pmc: PMCIndex? {
      let index = range.firstPMC.rawValue + n
      switch range.role {
      case .gpCounter, .eventSelect: return index < 16 ? PMCIndex(rawValue: index) : nil
      case .fixedCounter: return (32..<48).contains(index) ? PMCIndex(rawValue: index) : nil
      default: return nil
      }
    }

    func exists(_ state: vpmu_state) -> Bool {
      guard range.features.isSubset(of: ModelFeatures(rawValue: state.features)) else { return false }
      switch range.role {
      case .gpCounter, .eventSelect, .fixedCounter: return pmc.map { state.all_valid & $0.bit != 0 } ?? false
      default: return true
      }
    }
  }

  /// Every register of the table, in its order.
  var all: [Claim] { ranges.flatMap { range in (0..<range.count).map { Claim(range: range, n: $0) } } }

  func claim(_ msr: MSRNumber) -> Claim? { all.first { $0.range.register($0.n) == msr } }

  func isValid(_ msr: MSRNumber, _ state: vpmu_state) -> Bool { claim(msr)?.exists(state) ?? false }

  func pmc(of msr: MSRNumber, _ state: vpmu_state) -> PMCIndex? {
    guard let claim = claim(msr), claim.exists(state), let pmc = claim.pmc else { return nil }
    let isCounter = claim.range.role != .eventSelect
    guard isCounter, claim.range.traits.contains(.fullWidth) else { return pmc }
    // A second name, if a range before has this counter under a number of its own.
    for earlier in all {
      if earlier.range == claim.range { break }
      let isFirst = earlier.range.register(earlier.n).flatMap { self.claim($0) }?.range == earlier.range
      if earlier.range.role != .eventSelect, earlier.pmc == pmc, isFirst { return nil }
    }
    return pmc
  }

  func pmc(selector: RDPMCSelector, _ state: vpmu_state) -> PMCIndex? {
    for claim in all {
      guard let base = claim.range.rdpmcBase, base.rawValue &+ claim.n == selector.rawValue else { continue }
      if let pmc = claim.pmc, claim.exists(state) { return pmc }
    }
    return nil
  }

  func read(_ msr: MSRNumber, _ state: PMUState) -> ModelAnswer {
    guard let claim = claim(msr) else { return .unhandled }
    guard claim.exists(state.fields) else { return .fault }
    switch claim.range.role {
    case .gpCounter, .fixedCounter: return claim.pmc.map { .counter($0) } ?? .fault
    case .eventSelect: return claim.pmc.map { .done(state.counter($0).pointee.selector) } ?? .fault
    case .fixedControl: return .done(state.fields.fixed_control)
    case .globalControl: return .done(state.fields.global_control)
    case .globalStatus: return .done(state.fields.global_status)
    case .globalStatusClear, .globalStatusSet: return .done(0)
    case .constant: return .done(constant(claim, state.fields))
    case .other: return .fault
    }
  }

  private func constant(_ claim: Claim, _ state: vpmu_state) -> UInt64 {
    let words = [state.model_shape.0, state.model_shape.1, state.model_shape.2, state.model_shape.3]
    return words[Int(claim.range.word + claim.n) % 4]
  }
}

// MARK: Writes

extension RegisterReference {
  func write(_ msr: MSRNumber, _ value: UInt64, _ origin: AccessOrigin, _ state: PMUState) -> ModelAnswer {
    guard let claim = claim(msr) else { return .unhandled }
    guard claim.exists(state.fields) else { return .fault }
    let traits = claim.range.traits
    if traits.contains(.readOnly) && origin == .guest { return traits.contains(.ignoresReserved) ? .done() : .fault }
    if claim.range.role == .other { return .fault }
    if claim.range.role == .constant {
      return origin == .host && value == constant(claim, state.fields) ? .done() : .fault
    }
    if let pmc = claim.pmc, claim.range.role != .eventSelect {
      if traits.contains(.signExtends) && origin == .guest {
        let low = value & 0xFFFF_FFFF
        return .counter(pmc, write: low >> 31 == 1 ? low | 0xFFFF_FFFF_0000_0000 : low)
      }
      guard traits.contains(.fullWidth) else { return .counter(pmc, write: value) }
      let mask = pmc.isFixed ? state.fields.fixed_mask : state.fields.gp_mask
      if value & ~mask != 0 && !traits.contains(.ignoresReserved) { return .fault }
      return .counter(pmc, write: value & mask)
    }
    let reserved = reserved(claim.range.role, state.fields)
    if value & reserved != 0 {
      let isSavedStatus = claim.range.role == .globalStatus && origin == .host
      if !traits.contains(.ignoresReserved) || isSavedStatus { return .fault }
    }
    store(value & ~reserved, claim, origin, state)
    return .done()
  }

  private func reserved(_ role: RegisterRole, _ state: vpmu_state) -> UInt64 {
    switch role {
    case .eventSelect: state.event_select_reserved
    case .fixedControl: state.fixed_control_reserved
    case .globalControl: state.global_control_reserved
    default: state.global_status_reserved
    }
  }

  private func store(_ value: UInt64, _ claim: Claim, _ origin: AccessOrigin, _ state: PMUState) {
    switch claim.range.role {
    case .eventSelect:
      guard let pmc = claim.pmc, state.counter(pmc).pointee.selector != value else { return }
      state.counter(pmc).pointee.selector = value
      enable(pmc.bit, value >> 22 & 1 == 1, state)
      state.fields.reprogram |= pmc.bit
    case .fixedControl:
      for i in 0..<UInt64(16) where (state.fields.fixed_control >> (4 * i)) & 15 != (value >> (4 * i)) & 15 {
        state.fields.in_use |= 1 << (32 + i)
        enable(1 << (32 + i), (value >> (4 * i)) & 3 != 0, state)
        state.fields.reprogram |= 1 << (32 + i)
      }
      state.fields.fixed_control = value
    case .globalControl:
      for bit in 0..<UInt64(64) where (state.fields.global_control ^ value) >> bit & 1 == 1 {
        state.fields.reprogram |= 1 << bit
      }
      state.fields.global_control = value
    case .globalStatus: state.fields.global_status = value
    case .globalStatusClear: if origin == .guest { state.fields.global_status &= ~value }
    case .globalStatusSet: if origin == .guest { state.fields.global_status |= value }
    default: break
    }
  }

  private func enable(_ bit: UInt64, _ isEnabled: Bool, _ state: PMUState) {
    state.fields.locally_enabled = isEnabled ? state.fields.locally_enabled | bit : state.fields.locally_enabled & ~bit
  }
}

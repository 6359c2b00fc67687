import SeededRandom
import CVPMU
import TestSupport
import VPMUModel

extension SeededGenerator {
  /// A table of a few ranges that lie close together, some on top of each other, with counters that a CPU may have, and
  /// some that none can have.
  mutating func table() -> [RegisterRange] {
    let base = pick([0, 0xC1, 0xC001_0000, .max - 40] as [UInt32])
    return (0...below(7)).map { _ in range(base) }
  }

  private mutating func range(_ base: UInt32) -> RegisterRange {
    let role = pick(RegisterRole.allCases)
    let isCounter = role == .gpCounter || role == .eventSelect || role == .fixedCounter
    let first: UInt32 = (role == .fixedCounter ? 32 : 0) + (below(3) == 0 ? UInt32(below(20)) : 0)
    return RegisterRange(
      role, first: base &+ UInt32(below(60)), count: UInt32(isCounter ? 1 + below(18) : 1 + below(2)),
      stride: 1 + UInt32(below(3)), firstPMC: below(4) == 0 ? nil : PMCIndex(rawValue: first),
      rdpmcBase: pick([nil, 0, 3, 0x4000_0000, .max - 3] as [UInt32?]), word: UInt32(below(4)),
      traits: below(2) == 0 ? [] : RegisterTraits(rawValue: UInt32(below(16))), features: features())
  }

  private mutating func features() -> ModelFeatures {
    switch below(4) {
    case 0: .globalControl
    case 1: .ofModel(UInt32(below(3)))
    case 2: [.ofModel(0), .ofModel(47)]
    default: []
    }
  }

  /// Fills a state with counters, masks and registers of any kind.
  mutating func fill(_ state: PMUState) {
    state.fields.features = below(3) == 0 ? .max : next()
    state.fields.all_valid = (below(2) == 0 ? .max : next()) & 0x0000_FFFF_0000_FFFF
    state.fields.gp_count = UInt32(state.fields.all_valid & 0xFFFF).nonzeroBitCount32
    state.fields.fixed_count = UInt32(state.fields.all_valid >> 32).nonzeroBitCount32
    state.fields.gp_mask = widthMask(bits: 1 + UInt32(below(63)))
    state.fields.fixed_mask = widthMask(bits: 1 + UInt32(below(63)))
    state.fields.event_select_reserved = value() & value()
    state.fields.fixed_control_reserved = value() & value()
    state.fields.global_control_reserved = value() & value()
    state.fields.global_status_reserved = value() & value()
    state.fields.fixed_control = value()
    state.fields.global_control = value()
    state.fields.global_status = value()
    for n in 0..<UInt32(16) { state.counter(.generalPurpose(n)).pointee.selector = value() }
    state.fields.model_shape = (value(), value(), value(), value())
    state.fields.locally_enabled = value()
  }
}

extension UInt32 {
  fileprivate var nonzeroBitCount32: UInt32 { UInt32(nonzeroBitCount) }
}

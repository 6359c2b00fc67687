import SeededRandom
import CVPMU
import VPMUModel

/// The words of the state that are the core's own.
struct CoreWords {
  private static let names =
    ["retry", "interrupts", "pmi_pending", "need_cleanup"] + pmcs.flatMap { ["base of \($0)", "emulated of \($0)"] }

  private static let pmcs =
    (0..<VPMU_MAX_GP).map { PMCIndex.generalPurpose($0) } + (0..<VPMU_MAX_FIXED).map { PMCIndex.fixed($0) }

  private let values: [UInt64]

  init(_ state: PMUState) {
    var values = [
      state.pointee.retry, state.pointee.interrupts, UInt64(state.pointee.pmi_pending),
      UInt64(state.pointee.need_cleanup),
    ]
    values.reserveCapacity(Self.names.count)
    for pmc in Self.pmcs {
      let counter = state.counter(pmc).pointee
      values.append(counter.base)
      values.append(counter.emulated)
    }
    self.values = values
  }

  /// What has become of the first word that is not what it was, nil if all are.
  func change(from earlier: CoreWords) -> String? {
    guard values != earlier.values else { return nil }
    let index = values.indices.first { values[$0] != earlier.values[$0] } ?? 0
    return "\(Self.names[index]) from \(hex(earlier.values[index])) to \(hex(values[index]))"
  }

  /// Puts something into each, as a core does while a guest runs.
  static func fill(_ state: PMUState, _ generator: inout SeededGenerator) {
    let valid = state.pointee.all_valid
    state.pointee.retry = generator.next() & valid
    state.pointee.interrupts = generator.next() & valid
    state.pointee.pmi_pending = UInt32(generator.below(2))
    state.pointee.need_cleanup = UInt32(generator.below(2))
    for pmc in PMCSet(valid) {
      state.counter(pmc).pointee.base = generator.next() & state.widthMask(pmc)
      state.counter(pmc).pointee.emulated = generator.below(1000)
    }
  }
}

import SeededRandom
import CVPMU
import VPMUModel

/// The words of the state that are the core's own.
struct CoreWords {
  private static let names =
    ["locally_enabled", "retry", "interrupts", "pmi_pending", "need_cleanup"]
    + pmcs.flatMap { ["base of \($0)", "emulated of \($0)"] }

  private static let pmcs =
    (0..<VPMU_MAX_GP).map { PMCIndex.generalPurpose($0) } + (0..<VPMU_MAX_FIXED).map { PMCIndex.fixed($0) }

  private let values: [UInt64]
  /// The counters that the control registers enable: where an access was answered by the tables, the core has written
  /// this to `locally_enabled`.
  private let enabledByControls: UInt64

  init(_ state: PMUState, _ registers: RegisterFile) {
    enabledByControls = registers.locallyEnabled(state.view)
    var values = [
      state.fields.locally_enabled & state.fields.all_valid, state.fields.retry, state.fields.interrupts,
      UInt64(state.fields.pmi_pending), UInt64(state.fields.need_cleanup),
    ]
    values.reserveCapacity(Self.names.count)
    for pmc in Self.pmcs {
      let counter = state.counter(pmc).pointee
      values.append(counter.base)
      values.append(counter.emulated)
    }
    self.values = values
  }

  /// The first word that has changed, with both values; nil if none has.
  func change(from earlier: CoreWords) -> String? {
    guard let index = values.indices.first(where: { values[$0] != earlier.values[$0] && !isOfCore($0) }) else {
      return nil
    }
    return "\(Self.names[index]) from \(hex(earlier.values[index])) to \(hex(values[index]))"
  }

  /// Whether the word at `index` has the value that the core itself gives it.
  private func isOfCore(_ index: Int) -> Bool { index == 0 && values[0] == enabledByControls }

  /// Sets each to a value that it can have while a guest runs, a random one where the registers do not say it.
  static func fill(_ state: PMUState, _ registers: RegisterFile, _ generator: inout SeededGenerator) {
    let valid = state.fields.all_valid
    state.fields.locally_enabled = registers.locallyEnabled(state.view)
    state.fields.retry = generator.next() & valid
    state.fields.interrupts = generator.next() & valid
    state.fields.pmi_pending = UInt32(generator.below(2))
    state.fields.need_cleanup = UInt32(generator.below(2))
    for pmc in PMCSet(valid) {
      state.counter(pmc).pointee.base = generator.next() & state.view.widthMask(pmc)
      state.counter(pmc).pointee.emulated = generator.below(1000)
    }
  }
}

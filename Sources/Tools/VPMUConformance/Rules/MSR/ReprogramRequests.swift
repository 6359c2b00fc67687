import CVPMU
import VPMUModel

/// The bits of `reprogram` and `in_use` that a model sets at each write to one register.
struct ReprogramRequests {
  private let item: RegisterCase
  private let guarded: GuardedState

  init(_ item: RegisterCase) throws(Finding) {
    self.item = item
    guarded = GuardedState(try item.subject.model)
    guard guarded.start(item.preset) else { throw .notApplicable("refresh refuses \(item.preset.name)") }
  }

  /// Writes a value to the register, which must answer VPMU_DONE and set these bits and no others.
  ///
  /// - Parameters:
  ///   - reprogram: bits of existing counters. Bits of other counters are ignored
  ///   - inUse: the same for `in_use`; nil: any
  func expect(
    _ reprogram: UInt64, inUse: UInt64? = nil, afterWriting value: UInt64, because reason: String
  ) throws(Finding) {
    guarded.state.fields.reprogram = 0
    guarded.state.fields.in_use = 0
    let status = guarded.model._setMSR(item.msr, value, origin: .guest, guarded.state).status
    let write = "set_msr of \(item.msr) with \(hex(value))"
    guard status == VPMU_DONE else {
      throw .violated("\(write): expected VPMU_DONE, got \(Refusal.name(status))", model: item.preset.name)
    }
    let exists = guarded.state.fields.all_valid
    try check("reprogram", guarded.state.fields.reprogram & exists, reprogram, write, reason)
    if let inUse { try check("in_use", guarded.state.fields.in_use & exists, inUse, write, reason) }
  }

  private func check(
    _ word: String, _ got: UInt64, _ expected: UInt64, _ write: String, _ reason: String
  ) throws(Finding) {
    guard got != expected else { return }
    throw .violated(
      "\(word) after \(write): expected \(hex(expected)), got \(hex(got)) (\(reason))", model: item.preset.name)
  }
}

import CVPMU
import VPMUModel

/// Which counters a model wants looked at again after each write to one register.
struct ReprogramRequests {
  private let item: RegisterCase
  private let guarded: GuardedState

  init(_ item: RegisterCase) throws(Finding) {
    self.item = item
    guarded = GuardedState(try item.subject.model)
    guard guarded.start(item.preset) else { throw .notApplicable("refresh refuses \(item.preset.name)") }
  }

  /// Writes a value to the register, which must be done and request this, and nothing else.
  ///
  /// - Parameters:
  ///   - reprogram: bits of existing counters. Those of others are passed over
  ///   - inUse: the same for `in_use`; nil: whatever it is
  func expect(
    _ reprogram: UInt64, inUse: UInt64? = nil, afterWriting value: UInt64, because reason: String
  ) throws(Finding) {
    guarded.state.pointee.reprogram = 0
    guarded.state.pointee.in_use = 0
    let status = Int(guarded.model.setMSR(item.msr, value, origin: .guest, guarded.state).status)
    let what = "set_msr of \(item.msr) with \(hex(value))"
    guard status == VPMU_DONE else {
      throw .violated("\(what): expected VPMU_DONE, got \(Refusal.name(status))", model: item.preset.name)
    }
    let exists = guarded.state.pointee.all_valid
    try check("reprogram", guarded.state.pointee.reprogram & exists, reprogram, what, reason)
    if let inUse { try check("in_use", guarded.state.pointee.in_use & exists, inUse, what, reason) }
  }

  private func check(
    _ word: String, _ got: UInt64, _ expected: UInt64, _ what: String, _ reason: String
  ) throws(Finding) {
    guard got != expected else { return }
    throw .violated(
      "\(word) after \(what): expected \(hex(expected)), got \(hex(got)) (\(reason))", model: item.preset.name)
  }
}

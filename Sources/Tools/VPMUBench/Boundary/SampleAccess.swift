import CVPMU
import VPMUModel

/// A register or an RDPMC selector of a guest, and what is written to it.
struct SampleAccess: BitwiseCopyable {
  var number: UInt32
  var value: UInt64

  init(number: UInt32, value: UInt64) {
    self.number = number
    self.value = value
  }
}

/// What the callbacks of a model are called with: the registers that a guest's driver uses, as the model declares them
/// and as far as they exist.
struct SampleAccesses {
  /// Registers, with what a driver writes to them.
  var registers: [SampleAccess] = []
  var selectors: [SampleAccess] = []

  /// - Parameter state: of a guest that is set up
  init(_ model: some PMUModel, _ state: PMUState) {
    let declaration = model.declaration
    let event = declaration.events.first?.select ?? 0
    for range in declaration.ranges {
      let value: UInt64
      switch range.role {
      case .gpCounter, .fixedCounter: value = 0xFFFF_0000
      case .eventSelect: value = event | VPMU_SELECT_USER | VPMU_SELECT_INTERRUPT | VPMU_SELECT_ENABLE
      case .globalControl: value = state.fields.all_valid
      default: continue
      }
      for n in 0..<range.count {
        guard let register = range.register(n), model._isValidMSR(register, state.view) else { continue }
        registers.append(SampleAccess(number: register.rawValue, value: value))
        guard let base = range.rdpmcBase else { continue }
        selectors.append(SampleAccess(number: base.rawValue &+ n, value: 0))
      }
    }
    // A model without such registers is still asked.
    if registers.isEmpty { registers = [SampleAccess(number: 0, value: 0)] }
    if selectors.isEmpty { selectors = [SampleAccess(number: 0, value: 0)] }
  }
}

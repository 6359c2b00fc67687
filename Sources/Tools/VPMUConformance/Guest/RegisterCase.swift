import CVPMU
import VPMUModel

/// One register of one preset's guest: a case of a rule about a role.
struct RegisterCase {
  let subject: Subject
  let preset: Preset
  let register: GuestRegister
  /// All that exists for this guest.
  let registers: GuestRegisters
  /// After RESET.
  let state: vpmu_state

  var msr: MSRNumber { register.msr }
  var role: RegisterRole { register.role }
  var traits: RegisterTraits { register.traits }

  /// The bits that the register has: those of a counter's width, or those that are not reserved.
  var bits: UInt64 {
    guard role != .gpCounter else { return state.gp_mask }
    guard role != .fixedCounter else { return state.fixed_mask }
    return ~withUnsafePointer(to: state) { register.reserved(PMUStateView($0)) }
  }

  /// The fixed counters of this guest.
  var fixedCounters: [PMCIndex] { PMCSet(state.all_valid).filter(\.isFixed) }

  /// A fresh guest, so that a trace holds only this case.
  func guest(_ title: String) throws(Finding) -> TracedGuest { try TracedGuest(subject, preset, title) }
}

extension Subject {
  /// The registers of all presets that fulfil the condition.
  ///
  /// - Parameter description: for the message if there is none: "a global control"
  /// - Throws: ``Finding/notApplicable(_:)`` if no preset has one
  func registers(_ description: String, where isIncluded: (GuestRegister) -> Bool) throws(Finding) -> [RegisterCase] {
    var cases: [RegisterCase] = []
    for preset in try presets {
      let guest = try TracedGuest(self, preset, "")
      for register in guest.registers.existing where isIncluded(register) {
        cases.append(
          RegisterCase(
            subject: self, preset: preset, register: register, registers: guest.registers, state: guest.state))
      }
    }
    guard !cases.isEmpty else { throw .notApplicable("no preset has \(description)") }
    return cases
  }

  /// The registers of these roles that a guest can write.
  func writable(_ description: String, _ roles: RegisterRole...) throws(Finding) -> [RegisterCase] {
    try registers("\(description) that a guest can write") { roles.contains($0.role) && !$0.traits.contains(.readOnly) }
  }
}

extension PMCIndex {
  /// Of a fixed counter: the lowest bit of its field in the fixed control.
  var fieldShift: UInt64 { UInt64(4 * number) }
}

extension UInt64 {
  /// Each bit that is set, alone, lowest first.
  var singleBits: [UInt64] { PMCSet(self).map(\.bit) }
}

import CVPMU
import VPMUCore
import VPMUModel

/// The agreement of the declared ranges with the shape of each preset.
extension TableRules {
  static func presetsWork(_ subject: Subject) throws(Finding) {
    for preset in try subject.presets {
      let guest = try TracedGuest(subject, preset, "a virtual CPU is made")
      if guest.state.all_valid == 0 { throw .violated("refresh set all_valid to 0", model: preset.name) }
    }
  }

  static func countersHaveRegisters(_ subject: Subject) throws(Finding) {
    for preset in try subject.presets {
      let guest = try TracedGuest(subject, preset, "")
      for pmc in PMCSet(guest.state.all_valid) {
        try require(guest.registers.values(of: pmc), "a register for the value of \(pmc)", guest)
        let controls =
          pmc.isFixed ? guest.registers.all(.fixedControl) : guest.registers.all(.eventSelect, of: pmc)
        try require(controls, pmc.isFixed ? "a fixed control for \(pmc)" : "an event select of \(pmc)", guest)
      }
    }
  }

  static func globalControlIsComplete(_ subject: Subject) throws(Finding) {
    var hasAny = false
    for preset in try subject.presets {
      let guest = try TracedGuest(subject, preset, "")
      guard guest.vpmu.liveState.hasGlobalControl else { continue }
      hasAny = true
      try require(guest.registers.all(.globalControl), "a global control", guest)
      try require(guest.registers.all(.globalStatus), "a global status", guest)
      let writable = guest.registers.all(.globalStatus).filter { !$0.traits.contains(.readOnly) }
      try require(
        guest.registers.all(.globalStatusClear) + writable, "a register that clears the global status", guest)
    }
    guard hasAny else { throw .notApplicable("no preset has a global control") }
  }

  /// At least one such register is declared, and each of them exists.
  private static func require(
    _ registers: [GuestRegister], _ description: String, _ guest: TracedGuest
  ) throws(Finding) {
    if registers.isEmpty { throw .violated("no range declares \(description)", model: guest.preset.name) }
    for register in registers where !guest.vpmu.model._isValidMSR(register.msr, guest.vpmu.liveState.view) {
      throw .violated(
        "is_valid_msr of \(register.msr), \(description): expected true, got false", model: guest.preset.name)
    }
  }
}

import VPMUCore
import VPMUModel

extension RefreshRules {
  static func registersStartAtZero(_ subject: Subject) throws(Finding) {
    let zero: [RegisterRole] = [
      .gpCounter, .fixedCounter, .eventSelect, .fixedControl, .globalStatus, .globalStatusClear, .globalStatusSet,
    ]
    for preset in try subject.presets {
      for register in try TracedGuest(subject, preset, "").registers.existing {
        let guest = try TracedGuest(subject, preset, "a register after RESET")
        if zero.contains(register.role) {
          try guest.read(register.msr, gives: 0, because: "it is 0 after RESET")
        } else if register.role == .globalControl {
          let value = guest.state.global_control & ~register.reserved(guest.vpmu.liveState.view)
          try guest.read(register.msr, gives: value, because: "other bits are reserved")
        }
      }
    }
  }

  static func resetEqualsNew(_ subject: Subject) throws(Finding) {
    for preset in try subject.presets {
      let new = try TracedGuest(subject, preset, "")
      let used = try TracedGuest(subject, preset, "")
      try restart(used, preset) { guest throws(VPMUError) in try guest.vpmu.reset() }
      if let difference = try used.difference(from: new) {
        throw .violated("after a second RESET \(difference)", model: preset.name)
      }
      var generator = subject.generator("RESET after use")
      try used.useEverything(&generator)
      try restart(used, preset) { guest throws(VPMUError) in try guest.vpmu.reset() }
      if let difference = try used.difference(from: new) {
        throw .violated("after use and RESET \(difference)", model: preset.name)
      }
    }
  }

  static func refreshEqualsNew(_ subject: Subject) throws(Finding) {
    let presets = try subject.presets
    for preset in presets {
      // The same preset too: a plugin may have only one.
      for next in presets {
        let new = try TracedGuest(subject, next, "")
        let used = try TracedGuest(subject, preset, "")
        var generator = subject.generator("refresh after use")
        try used.useEverything(&generator)
        try restart(used, next) { guest throws(VPMUError) in try guest.vpmu.refresh(next.configuration) }
        if let difference = try used.difference(from: new) {
          throw .violated("after use as \(preset.name) and refresh \(difference)", model: next.name)
        }
      }
    }
  }

  private static func restart(
    _ guest: TracedGuest, _ preset: Preset, _ call: (TracedGuest) throws(VPMUError) -> Void
  ) throws(Finding) {
    do { try call(guest) } catch { throw .violated("\(error)", model: preset.name) }
  }
}

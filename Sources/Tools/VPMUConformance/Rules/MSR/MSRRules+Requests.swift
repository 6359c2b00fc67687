import CVPMU
import VPMUModel

/// Reprogram requests: a changed configuration of a counter reaches the core.
extension MSRRules {
  static let requests = [
    Rule(
      "VPMU-MSR-015", "A changed event select requests a reprogram of its counter, and of no other.",
      reference: "vpmu_plugin.h, VPMU_ROLE_EVENT_SELECT and set_msr",
      consequence: "The counter goes on counting its earlier event, or another one loses an overflow.",
      prerequisites: ["VPMU-MSR-009", "VPMU-MSR-010"], check: eventSelectRequestsReprogram),
    Rule(
      "VPMU-MSR-016",
      "A changed field of the fixed control marks its counter in use and requests a reprogram of it, and of no other.",
      reference: "vpmu_plugin.h, VPMU_ROLE_FIXED_CONTROL",
      consequence: "The counter goes on as before, or loses its host event; or another one loses an overflow.",
      prerequisites: ["VPMU-MSR-012", "VPMU-MSR-013"], check: fixedControlRequestsReprogram),
    Rule(
      "VPMU-MSR-017", "A changed bit of the global control requests a reprogram of its counter, and of no other.",
      reference: "vpmu_plugin.h, VPMU_ROLE_GLOBAL_CONTROL",
      consequence: "A counter that is switched on or off goes on as before, or another one loses an overflow.",
      prerequisites: ["VPMU-MSR-006", "VPMU-MSR-007", "VPMU-MSR-009"], check: globalControlRequestsReprogram),
  ]

  private static let enabled = VPMU_SELECT_ENABLE | VPMU_SELECT_USER | VPMU_SELECT_OS

  static func eventSelectRequestsReprogram(_ subject: Subject) throws(Finding) {
    for item in try subject.writable("an event select", .eventSelect) {
      guard let pmc = item.register.pmc else { continue }
      let guest = try item.guest("an event select is set, and its counter counts")
      try guest.enableGlobally(pmc)
      if item.register.traits.contains(.sharedEnable), let first = item.registers.first(.eventSelect, .sharedEnable) {
        try guest.write(first.msr, VPMU_SELECT_ENABLE)
      }
      try guest.enter(hostEvents: 0)
      try guest.write(item.msr, enabled)
      try guest.enter(hostEvents: 1, because: "the counter is enabled now")

      let requests = try ReprogramRequests(item)
      for value in [enabled, enabled | VPMU_SELECT_INTERRUPT, VPMU_SELECT_USER, 0] {
        try requests.expect(pmc.bit, afterWriting: value, because: "the event select of \(pmc) has changed")
      }
    }
  }

  static func fixedControlRequestsReprogram(_ subject: Subject) throws(Finding) {
    for item in try subject.writable("a fixed control", .fixedControl) {
      let both = VPMU_FIXED_OS | VPMU_FIXED_USER
      let requests = try ReprogramRequests(item)
      var control: UInt64 = 0
      for pmc in item.fixedCounters {
        let guest = try item.guest("a fixed counter is enabled, and counts")
        try guest.enableGlobally(pmc)
        try guest.enter(hostEvents: 0)
        try guest.write(item.msr, both << pmc.fieldShift)
        try guest.enter(hostEvents: 1, because: "the counter is enabled now")

        // The counters before it are enabled, and do not change.
        for field in [VPMU_FIXED_OS, both, both | VPMU_FIXED_INTERRUPT] {
          control = control & ~(0xF << pmc.fieldShift) | field << pmc.fieldShift
          try requests.expect(
            pmc.bit, inUse: pmc.bit, afterWriting: control, because: "the field of \(pmc) has changed")
        }
      }
      let all = item.fixedCounters.reduce(0) { $0 | $1.bit }
      try requests.expect(all, inUse: all, afterWriting: 0, because: "every field has changed")
    }
  }

  static func globalControlRequestsReprogram(_ subject: Subject) throws(Finding) {
    for item in try subject.writable("a global control", .globalControl) {
      for select in item.registers.all(.eventSelect) {
        let guest = try item.guest("a counter is enabled globally, and counts")
        try guest.write(item.msr, 0)
        try guest.write(select.msr, enabled)
        try guest.enter(hostEvents: 0)
        try guest.write(item.msr, select.pmc?.bit ?? 0)
        try guest.enter(hostEvents: 1, because: "the counter is enabled now")
      }
      let requests = try ReprogramRequests(item)
      let reset = item.state.global_control & item.state.all_valid
      if reset != 0 { try requests.expect(reset, afterWriting: 0, because: "their bits were set") }
      var control: UInt64 = 0
      for pmc in PMCSet(item.state.all_valid) {
        control |= pmc.bit
        try requests.expect(pmc.bit, afterWriting: control, because: "the bit of \(pmc) has changed")
      }
      try requests.expect(item.state.all_valid, afterWriting: 0, because: "every bit has changed")
    }
  }
}

extension TracedGuest {
  /// Sets the counter's bit in the global control, if this guest has one.
  fileprivate func enableGlobally(_ pmc: PMCIndex) throws(Finding) {
    guard let control = registers.first(.globalControl) else { return }
    let now = try observe(control.msr)
    if now & pmc.bit == 0 { try write(control.msr, now | pmc.bit) }
  }
}

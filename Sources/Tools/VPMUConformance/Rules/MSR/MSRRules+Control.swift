import CVPMU
import VPMUModel

/// The registers that control counters store their bits, and refuse or drop all others.
extension MSRRules {
  static let globalControl = [
    Rule(
      "VPMU-MSR-006", "The global control has a bit for each counter that exists.",
      reference: "vpmu_plugin.h, VPMU_FEATURE_GLOBAL_CONTROL",
      consequence: "The guest can't enable a counter.", prerequisites: ["VPMU-MSR-003"],
      check: has(.globalControl, "a global control") { item throws(Finding) in item.state.all_valid }),
    Rule(
      "VPMU-MSR-007", "The global control reads what was written, for each bit that is not reserved.",
      reference: "vpmu_plugin.h, VPMU_ROLE_GLOBAL_CONTROL",
      consequence: "A handler that switches all counters off and on again loses some.", prerequisites: ["VPMU-MSR-003"],
      check: readsBack(.globalControl, "a global control")),
    Rule(
      "VPMU-MSR-008", "A reserved bit of the global control is #GP, or dropped where the range says so.",
      reference: "vpmu_plugin.h, VPMU_ROLE_GLOBAL_CONTROL and VPMU_RANGE_IGNORES_RESERVED",
      consequence: "A driver that tries which counters there are finds some that do not exist, or gets #GP.",
      prerequisites: ["VPMU-MSR-007"], check: refuses(.globalControl, name: "a global control")),
  ]

  static let eventSelects = [
    Rule(
      "VPMU-MSR-009",
      "An event select has the enable, user, OS and interrupt bits, and those of every event in the event table.",
      reference: "vpmu_plugin.h, VPMU_SELECT_* and vpmu_event",
      consequence: "The guest can't program its counters with events that the plugin declares.",
      prerequisites: ["VPMU-MSR-003"],
      check: has(.eventSelect, "an event select") { item throws(Finding) in
        try item.subject.declaration.events.reduce(
          VPMU_SELECT_ENABLE | VPMU_SELECT_USER | VPMU_SELECT_OS | VPMU_SELECT_INTERRUPT
        ) { $0 | $1.select }
      }),
    Rule(
      "VPMU-MSR-010", "An event select reads what was written, for each bit that is not reserved.",
      reference: "vpmu_plugin.h, VPMU_ROLE_EVENT_SELECT",
      consequence: "The guest's driver does not find out how its counters are programmed.",
      prerequisites: ["VPMU-MSR-003"],
      check: readsBack(.eventSelect, "an event select")),
    Rule(
      "VPMU-MSR-011", "A reserved bit of an event select is #GP, or dropped where the range says so.",
      reference: "vpmu_plugin.h, VPMU_ROLE_EVENT_SELECT and VPMU_RANGE_IGNORES_RESERVED",
      consequence: "A driver that tries which bits there are finds some that do nothing, or gets #GP.",
      prerequisites: ["VPMU-MSR-010"], check: refuses(.eventSelect, name: "an event select")),
  ]

  static let fixedControl = [
    Rule(
      "VPMU-MSR-012", "The fixed control has the OS, user and interrupt bits of each fixed counter that exists.",
      reference: "vpmu_plugin.h, VPMU_FIXED_*; Intel SDM vol. 3B, 21.2.2",
      consequence: "The guest can't enable a fixed counter.", prerequisites: ["VPMU-MSR-003"],
      check: has(.fixedControl, "a fixed control") { item throws(Finding) in
        let field = VPMU_FIXED_OS | VPMU_FIXED_USER | VPMU_FIXED_INTERRUPT
        return item.fixedCounters.reduce(0) { $0 | field << $1.fieldShift }
      }),
    Rule(
      "VPMU-MSR-013", "The fixed control reads what was written, for each bit that is not reserved.",
      reference: "vpmu_plugin.h, VPMU_ROLE_FIXED_CONTROL",
      consequence: "The guest's driver does not find out which fixed counters count.", prerequisites: ["VPMU-MSR-003"],
      check: readsBack(.fixedControl, "a fixed control")),
    Rule(
      "VPMU-MSR-014", "A reserved bit of the fixed control is #GP, or dropped where the range says so.",
      reference: "vpmu_plugin.h, VPMU_ROLE_FIXED_CONTROL and VPMU_RANGE_IGNORES_RESERVED",
      consequence: "A driver that tries which bits there are finds some that do nothing, or gets #GP.",
      prerequisites: ["VPMU-MSR-013"], check: refuses(.fixedControl, name: "a fixed control")),
  ]

  /// Each of these bits, which a register of this role must have, is stored and read back.
  private static func has(
    _ role: RegisterRole, _ name: String, _ bits: @escaping @Sendable (RegisterCase) throws(Finding) -> UInt64
  ) -> Rule.Check {
    { subject throws(Finding) in
      for item in try subject.writable(name, role) {
        for bit in try bits(item).singleBits {
          let guest = try item.guest("\(name) has a bit that it must have")
          try guest.write(item.msr, bit)
          try guest.read(item.msr, gives: bit)
        }
      }
    }
  }

  /// Each bit alone, and all together, are read as they were written.
  private static func readsBack(_ role: RegisterRole, _ name: String) -> Rule.Check {
    { subject throws(Finding) in
      for item in try subject.writable(name, role) {
        for value in item.bits.singleBits + [item.bits] {
          let guest = try item.guest("\(name) reads what was written")
          try guest.write(item.msr, value)
          try guest.read(item.msr, gives: value)
        }
        let guest = try item.guest("\(name) is set to zero again")
        try guest.write(item.msr, item.bits)
        try guest.write(item.msr, 0)
        try guest.read(item.msr, gives: 0)
      }
    }
  }
}

enum MSRRules {
  static let all: [Rule] = [
    Rule(
      "VPMU-MSR-001", "An event select reads what was written, for each bit that is not reserved.",
      reference: "vpmu_plugin.h, VPMU_ROLE_EVENT_SELECT",
      consequence: "The guest's driver can't tell what its counters are set to.", check: eventSelectReadsBack)
  ]

  static func eventSelectReadsBack(_ subject: Subject) throws(Finding) {
    for preset in try subject.presets {
      let shape = try TracedGuest(subject, preset, "")
      for register in shape.registers.all(.eventSelect) {
        for bit in 0..<64 where register.reserved(shape.vpmu.state) & 1 << bit == 0 {
          let guest = try TracedGuest(subject, preset, "an event select reads what was written")
          try guest.write(register.msr, 1 << bit)
          try guest.read(register.msr, gives: 1 << bit)
        }
      }
    }
  }
}

import VPMUModel

/// The registers of counters' values.
extension MSRRules {
  static let counters = [
    Rule(
      "VPMU-MSR-018", "A counter reads what was written, for each bit of its width.",
      reference: "vpmu_plugin.h, VPMU_ROLE_GP_COUNTER and VPMU_ROLE_FIXED_COUNTER",
      consequence: "The guest's counts begin where it did not set them.", prerequisites: ["VPMU-MSR-003"],
      check: counterReadsBack),
    Rule(
      "VPMU-MSR-019",
      "Bits above a counter's width are cut off, or #GP for a range with VPMU_RANGE_FULL_WIDTH that does not drop.",
      reference: "vpmu_plugin.h, VPMU_RANGE_FULL_WIDTH; Intel SDM vol. 3B, Full-Width Writes to Performance Counter "
        + "Registers",
      consequence: "A driver does not learn that a period does not fit, or gets a #GP that no processor has.",
      prerequisites: ["VPMU-MSR-018"], check: counterHasItsWidth),
    Rule(
      "VPMU-MSR-020", "A range with VPMU_RANGE_SIGN_EXTENDS stores bits 31:0 of a guest's write, sign-extended.",
      reference: "vpmu_plugin.h, VPMU_RANGE_SIGN_EXTENDS; Intel SDM vol. 3B, Full-Width Writes to Performance Counter "
        + "Registers",
      consequence: "A driver that writes -period gets another period, and samples at the wrong rate.",
      prerequisites: ["VPMU-MSR-018"], check: counterSignExtends),
    Rule(
      "VPMU-MSR-021", "What is written to one register of a counter is read from every other one of it.",
      reference: "vpmu_plugin.h, vpmu_register_range",
      consequence: "Drivers that use the old numbers and those that use the new ones read different counters.",
      prerequisites: ["VPMU-MSR-010", "VPMU-MSR-018"], check: aliasesAgree),
    Rule(
      "VPMU-MSR-022", "Each counter and each event select has a value of its own.",
      reference: "vpmu_plugin.h, vpmu_register_range, first_pmc",
      consequence: "Setting up one counter spoils another.", prerequisites: ["VPMU-MSR-010", "VPMU-MSR-018"],
      check: registersAreApart),
  ]

  static func counterReadsBack(_ subject: Subject) throws(Finding) {
    for item in try subject.writable("a counter", .gpCounter, .fixedCounter) {
      // Another rule judges sign-extended values.
      let bits = item.traits.contains(.signExtends) ? item.bits & 0x7FFF_FFFF : item.bits
      for value in bits.singleBits + [bits, 0] {
        let guest = try item.guest("a counter reads what was written")
        try guest.write(item.msr, value)
        try guest.read(item.msr, gives: value)
      }
    }
  }

  static func counterHasItsWidth(_ subject: Subject) throws(Finding) {
    let isMeant = { (register: GuestRegister) in
      (register.role == .gpCounter || register.role == .fixedCounter)
        && register.traits.isDisjoint(with: [.signExtends, .readOnly])
    }
    for item in try subject.registers("a counter that is written without sign-extension", where: isMeant) {
      let refuses = item.traits.contains(.fullWidth) && !item.traits.contains(.ignoresReserved)
      let below = 5 & item.bits
      for bit in (~item.bits).singleBits {
        let guest = try item.guest("a bit above a counter's width is written")
        try guest.write(
          item.msr, bit | below, expect: refuses ? .generalProtection : .done,
          because: "bit \(bit.trailingZeroBitCount) is above the width")
        try guest.read(item.msr, gives: refuses ? 0 : below)
      }
    }
  }

  static func counterSignExtends(_ subject: Subject) throws(Finding) {
    let cases = try subject.registers("a counter that is written with sign-extension") {
      $0.traits.contains(.signExtends) && !$0.traits.contains(.readOnly)
    }
    // Bits 63:32 of the written value are ignored.
    let values: [UInt64] =
      [0x8000_0000, 0xFFFF_FFFF, 0xFFFF_0000, 0x8000_0001, 0xFFFF_FFFF_7FFF_FFFF, 0x1_8000_0000]
      + (0xFFFF_FFFF_0000_0000 as UInt64).singleBits.map { $0 | 5 }
    for item in cases {
      for value in values {
        let guest = try item.guest("a counter is written with sign-extension")
        try guest.write(item.msr, value)
        try guest.read(
          item.msr, gives: UInt64(bitPattern: Int64(Int32(truncatingIfNeeded: value))) & item.bits,
          because: "bits 31:0 are sign-extended to the width")
      }
    }
  }

  static func aliasesAgree(_ subject: Subject) throws(Finding) {
    var hasAliases = false
    for item in try subject.writable("a register", .gpCounter, .fixedCounter, .eventSelect) {
      guard let pmc = item.register.pmc else { continue }
      // Positive as a sign-extended value, and within the width of any counter with two registers.
      let value = 0x5A35 & item.bits
      for other in item.registers.all(item.role, of: pmc) where other != item.register {
        hasAliases = true
        let guest = try item.guest("a counter has two registers")
        try guest.write(item.msr, value)
        try guest.read(other.msr, gives: value, because: "it is the counter of \(item.msr)")
      }
    }
    if !hasAliases { throw .notApplicable("no counter has two registers of one role in any preset") }
  }

  static func registersAreApart(_ subject: Subject) throws(Finding) {
    for preset in try subject.presets {
      let guest = try TracedGuest(subject, preset, "each register has a value of its own")
      let apart = guest.registers.existing.filter { register in
        register.pmc.map { guest.registers.all(register.role, of: $0).first == register } ?? false
          && !register.traits.contains(.readOnly)
      }
      // Different within 8 bits, which event selects and all but the narrowest counters have.
      let values = apart.indices.map { UInt64(truncatingIfNeeded: $0 + 1) }
      for (register, value) in zip(apart, values) { try guest.write(register.msr, value) }
      for (register, value) in zip(apart, values) {
        let item = RegisterCase(
          subject: subject, preset: preset, register: register, registers: guest.registers, state: guest.state)
        try guest.read(register.msr, gives: value & item.bits)
      }
    }
  }
}

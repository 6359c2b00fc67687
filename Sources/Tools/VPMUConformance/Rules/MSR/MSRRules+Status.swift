import CVPMU
import VPMUModel

/// The status of overflows, and its acknowledgement.
extension MSRRules {
  static let globalStatus = [
    Rule(
      "VPMU-MSR-023",
      "The global status has a bit for each counter that exists; guest and host read what the host stored.",
      reference: "vpmu_plugin.h, VPMU_ROLE_GLOBAL_STATUS",
      consequence: "A guest that is moved loses the overflows that it has not handled yet.",
      prerequisites: ["VPMU-MSR-003"], check: statusIsStored),
    Rule(
      "VPMU-MSR-024", "The host's write of a reserved bit of the global status is #GP.",
      reference: "vpmu_plugin.h, VPMU_ROLE_GLOBAL_STATUS",
      consequence: "A damaged saved state is taken, and the guest handles overflows of counters that do not exist.",
      prerequisites: ["VPMU-MSR-023"], check: statusRefusesTheImpossible),
    Rule(
      "VPMU-MSR-025", "A guest's write of a read-only register is #GP, or ignored where the range drops.",
      reference: "vpmu_plugin.h, VPMU_RANGE_READ_ONLY",
      consequence: "The guest changes a register that is read-only on a processor.", prerequisites: ["VPMU-MSR-023"],
      check: readOnlyStays),
    Rule(
      "VPMU-MSR-026", "A 1 written to the status clear clears that bit of the global status and no other; it reads 0.",
      reference: "vpmu_plugin.h, VPMU_ROLE_GLOBAL_STATUS_CLEAR; Intel SDM vol. 3B, 21.2.2",
      consequence: "The guest's handler loses overflows, or is called for them again and again.",
      prerequisites: ["VPMU-MSR-023"], check: clearClears),
    Rule(
      "VPMU-MSR-027",
      "A 1 written to the status set sets that bit of the global status and no other, without a PMI; it reads 0.",
      reference: "vpmu_plugin.h, VPMU_ROLE_GLOBAL_STATUS_SET",
      consequence: "A hypervisor in the guest can't show its own guest an overflow.",
      prerequisites: ["VPMU-MSR-009", "VPMU-MSR-023"], check: setSets),
    Rule(
      "VPMU-MSR-028",
      "A reserved bit that a guest writes to the global status, status clear or status set is #GP, or dropped where the "
        + "range says so.",
      reference: "vpmu_plugin.h, VPMU_ROLE_GLOBAL_STATUS_CLEAR and VPMU_RANGE_IGNORES_RESERVED",
      consequence: "A driver that acknowledges all bits at once gets #GP, or none where its processor has one.",
      prerequisites: ["VPMU-MSR-023"],
      check: refuses(.globalStatus, .globalStatusClear, .globalStatusSet, name: "a status register")),
  ]

  static func statusIsStored(_ subject: Subject) throws(Finding) {
    for item in try subject.registers("a global status", where: { $0.role == .globalStatus }) {
      for value in (item.bits | item.state.all_valid).singleBits + [item.bits, 0] {
        let guest = try item.guest("the host restores the global status")
        try guest.write(item.msr, value, origin: .host)
        try guest.read(item.msr, gives: value)
        try guest.read(item.msr, origin: .host, gives: value)
        guard !item.traits.contains(.readOnly) else { continue }
        try guest.write(item.msr, item.bits & ~value)
        try guest.read(item.msr, gives: item.bits & ~value, because: "the guest can write it too")
      }
    }
  }

  static func statusRefusesTheImpossible(_ subject: Subject) throws(Finding) {
    let cases = try subject.registers("a global status with reserved bits") { $0.role == .globalStatus }
    for item in cases {
      for bit in (~item.bits).singleBits {
        let guest = try item.guest("the host restores a global status that can't be")
        try guest.write(
          item.msr, bit, origin: .host, expect: .generalProtection,
          because: "bit \(bit.trailingZeroBitCount) is reserved")
      }
    }
  }

  static func readOnlyStays(_ subject: Subject) throws(Finding) {
    for item in try subject.registers("a read-only register", where: { $0.traits.contains(.readOnly) }) {
      let drops = item.traits.contains(.ignoresReserved)
      for value in [0, 1, item.bits, UInt64.max] {
        let guest = try item.guest("a read-only register is written")
        // A value that a write could change.
        if item.role != .other { try guest.write(item.msr, item.bits & ~4, origin: .host) }
        let before = try guest.observe(item.msr)
        try guest.write(item.msr, value, expect: drops ? .done : .generalProtection, because: "it is read-only")
        try guest.read(item.msr, gives: before, because: "it is read-only")
      }
    }
  }

  static func clearClears(_ subject: Subject) throws(Finding) {
    for (item, status) in try statusChanges(subject, "a status clear", .globalStatusClear) {
      for bit in item.bits.singleBits {
        let guest = try item.guest("a bit of the global status is cleared")
        try guest.write(status.msr, item.bits, origin: .host)
        try guest.write(item.msr, bit)
        try guest.read(status.msr, gives: item.bits & ~bit)
        try guest.read(item.msr, gives: 0)
        try guest.write(item.msr, bit)
        try guest.read(status.msr, gives: item.bits & ~bit, because: "a bit that is clear stays clear")
        try guest.write(item.msr, item.bits)
        try guest.read(status.msr, gives: 0)
      }
    }
  }

  static func setSets(_ subject: Subject) throws(Finding) {
    for (item, status) in try statusChanges(subject, "a status set", .globalStatusSet) {
      for bit in item.bits.singleBits {
        let guest = try item.guest("a bit of the global status is set")
        try guest.write(item.msr, bit)
        try guest.read(status.msr, gives: bit)
        try guest.read(item.msr, gives: 0)
        try guest.write(item.msr, item.bits & ~bit)
        try guest.read(status.msr, gives: item.bits, because: "a bit that is set stays set")
      }
      try setRaisesNoPMI(item)
    }
  }

  /// For each counter whose interrupt is enabled, so that a PMI could be raised.
  private static func setRaisesNoPMI(_ item: RegisterCase) throws(Finding) {
    for select in item.registers.all(.eventSelect) where !select.traits.contains(.readOnly) {
      let guest = try item.guest("an overflow that software sets")
      try guest.write(select.msr, VPMU_SELECT_ENABLE | VPMU_SELECT_USER | VPMU_SELECT_OS | VPMU_SELECT_INTERRUPT)
      try guest.enter()
      try guest.write(item.msr, select.pmc?.bit ?? 0)
      try guest.enter(because: "an overflow that software sets raises no PMI")
    }
  }

  /// Each register of these roles, with the global status that it changes.
  static func statusChanges(
    _ subject: Subject, _ name: String, _ roles: RegisterRole...
  ) throws(Finding) -> [(RegisterCase, status: GuestRegister)] {
    let changes = try subject.registers(name) { roles.contains($0.role) && !$0.traits.contains(.readOnly) }
    let cases = changes.compactMap { item in item.registers.first(.globalStatus).map { (item, status: $0) } }
    guard !cases.isEmpty else { throw .notApplicable("no preset has \(name) and a global status") }
    return cases
  }
}

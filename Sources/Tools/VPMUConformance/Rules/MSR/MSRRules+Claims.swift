import SeededRandom
import CVPMU
import VPMUModel

/// The MSR numbers that are registers, and those that are refused.
extension MSRRules {
  static let claims = [
    Rule(
      "VPMU-MSR-001", "A number that no range claims is VPMU_UNHANDLED, to read and to write.",
      reference: "vpmu_plugin.h, vpmu_register_range and VPMU_UNHANDLED",
      consequence: "The PMU hides another register of the guest from the VMM.", check: leavesOthersAlone),
    Rule(
      "VPMU-MSR-002", "A claimed number that does not exist for the guest is #GP, to read and to write.",
      reference: "vpmu_plugin.h, vpmu_register_range",
      consequence: "The guest finds a register that CPUID says it does not have.", check: absentRegistersFault),
    Rule(
      "VPMU-MSR-003", "A register that exists is valid, and can be read by guest and host.",
      reference: "vpmu_plugin.h, is_valid_msr and VPMU_ROLE_*",
      consequence: "The guest gets #GP for a register that CPUID shows; the VMM can't save it.", check: existingAnswers),
    Rule(
      "VPMU-MSR-004",
      "msr_idx_to_pmc names the counter of each value and event select, but for second names with VPMU_RANGE_FULL_WIDTH.",
      reference: "vpmu_plugin.h, msr_idx_to_pmc and VPMU_RANGE_FULL_WIDTH",
      consequence: "The host event of a counter in use is released, or that of an unused one is kept.",
      prerequisites: ["VPMU-MSR-003"], check: namesCounters),
    Rule(
      "VPMU-MSR-005", "A write that is refused changes nothing.", reference: "vpmu_plugin.h, set_msr",
      consequence: "The guest's handler of the #GP finds a register that holds half of the write.",
      prerequisites: ["VPMU-MSR-003"], check: refusedWritesChangeNothing),
  ]

  static func leavesOthersAlone(_ subject: Subject) throws(Finding) {
    var generator = subject.generator("foreign numbers")
    let numbers = foreign(try subject.declaration.ranges, &generator)
    for preset in try subject.presets {
      let guest = try TracedGuest(subject, preset, "a number that no range claims")
      for msr in numbers { try guest.lacks(msr, .unhandled, because: "no range claims it") }
    }
  }

  /// Numbers that no range claims: neighbours of ranges, gaps between their registers, the ends of the number space,
  /// registers that every x86 processor has, and random ones.
  private static func foreign(_ ranges: [RegisterRange], _ generator: inout SeededGenerator) -> [MSRNumber] {
    // TSC, APIC base, SYSENTER_CS, PAT, EFER, STAR, FS base, and a number of the range for hypervisors.
    var numbers: [UInt32] = [0, .max, 0x10, 0x1B, 0x174, 0x277, 0xC000_0080, 0xC000_0081, 0xC000_0100, 0x4000_0000]
    for range in ranges {
      for n in 0..<min(range.count, 4096) {
        let msr = range.first.rawValue &+ n &* range.stride
        numbers += [msr &- 1, msr &+ 1]
      }
      numbers += [range.first.rawValue ^ 0x8000_0000, range.first.rawValue &+ range.count &* range.stride]
    }
    for _ in 0..<2000 { numbers.append(UInt32(truncatingIfNeeded: generator.next())) }
    for _ in 0..<2000 { numbers.append(UInt32(generator.below(0x2000))) }
    return numbers.map { MSRNumber($0) }.filter { msr in !ranges.contains { $0.contains(msr) } }
  }

  static func absentRegistersFault(_ subject: Subject) throws(Finding) {
    var isAnyAbsent = false
    for preset in try subject.presets {
      let guest = try TracedGuest(subject, preset, "a register that this guest does not have")
      for register in guest.registers.absent {
        isAnyAbsent = true
        try guest.lacks(register.msr, .fault, because: "it is claimed, and does not exist for this guest")
      }
    }
    if !isAnyAbsent { throw .notApplicable("every claimed register exists in every preset") }
  }

  static func existingAnswers(_ subject: Subject) throws(Finding) {
    for preset in try subject.presets {
      for register in try TracedGuest(subject, preset, "").registers.existing {
        let guest = try TracedGuest(subject, preset, "a register that this guest has is read")
        guard guest.vpmu.model._isValidMSR(register.msr, guest.vpmu.liveState.view) else {
          throw .violated("is_valid_msr says that \(register.msr) does not exist", model: preset.name)
        }
        // A register of another role is not described.
        guard register.role != .other else { continue }
        for origin in [AccessOrigin.guest, .host] { _ = try guest.observe(register.msr, origin: origin) }
      }
    }
  }

  static func namesCounters(_ subject: Subject) throws(Finding) {
    for preset in try subject.presets {
      let guest = try TracedGuest(subject, preset, "")
      for register in guest.registers.existing {
        let named = guest.vpmu.model._msrIndexToPMC(register.msr, guest.vpmu.liveState.view)
        // A register of the model's own may be one that belongs to a counter.
        if register.role == .other, named.map({ $0.bit & guest.state.all_valid != 0 }) ?? true { continue }
        let isSecondName = register.traits.contains(.fullWidth) && hasEarlierName(register, guest.declaration.ranges)
        let expected = isSecondName ? nil : register.pmc
        guard named != expected else { continue }
        throw .violated(
          "msr_idx_to_pmc of \(register.msr): expected \(expected.map { "\($0)" } ?? "-1"), got "
            + (named.map { "\($0)" } ?? "-1"), model: preset.name)
      }
    }
  }

  /// Whether an earlier range than that of the register has the same counter.
  private static func hasEarlierName(_ register: GuestRegister, _ ranges: [RegisterRange]) -> Bool {
    let pmc = register.pmc?.rawValue ?? 0
    return ranges.prefix { $0 != register.range }.contains { range in
      range.role == register.role && pmc &- range.firstPMC.rawValue < range.count
    }
  }
}

import CVPMU
import VPMUCore
import VPMUModel

/// RDPMC, without its privilege (CPL, CR4.PCE), which the core checks.
enum PMCRules {
  static let all: [Rule] = [
    Rule(
      "VPMU-PMC-001", "check_rdpmc_early refuses no selector that rdpmc_ecx_to_pmc finds a counter for.",
      reference: "vpmu_plugin.h, check_rdpmc_early", consequence: "RDPMC of a counter that exists is #GP.",
      check: earlyCheckRefusesNoCounter),
    Rule(
      "VPMU-PMC-002", "RDPMC with a declared selector reads the counter that the range declares.",
      reference: "vpmu_plugin.h, vpmu_register_range, rdpmc_base; Intel SDM vol. 2B, RDPMC; AMD APM vol. 3, RDPMC",
      consequence: "A program that reads its counters without system calls gets other numbers.",
      prerequisites: ["VPMU-MSR-029", "VPMU-PMC-001"], check: selectorsReadTheirCounter),
    Rule(
      "VPMU-PMC-003", "RDPMC with any other selector is #GP.", reference: "vpmu_plugin.h, rdpmc_ecx_to_pmc",
      consequence: "The guest reads a counter that its processor does not have, or another one than it selected.",
      prerequisites: ["VPMU-PMC-001"], check: otherSelectorsFault),
  ]

  static func earlyCheckRefusesNoCounter(_ subject: Subject) throws(Finding) {
    for preset in try subject.presets {
      let guest = try TracedGuest(subject, preset, "RDPMC of a counter that exists")
      for selector in try candidates(guest, subject) {
        let status = guest.vpmu.model._checkRDPMCEarly(selector, guest.vpmu.liveState.view)
        guard status == VPMU_DONE || status == VPMU_FAULT else {
          throw .violated("check_rdpmc_early of \(selector) returned \(status.rawValue)", model: preset.name)
        }
        guard status == VPMU_FAULT, guest.vpmu.model._rdpmcECXToPMC(selector, guest.vpmu.liveState.view) != nil
        else { continue }
        try guest.readPMC(selector, gives: 0, because: "rdpmc_ecx_to_pmc finds a counter for it")
      }
    }
  }

  static func selectorsReadTheirCounter(_ subject: Subject) throws(Finding) {
    for item in try subject.registers("a counter with an RDPMC selector", where: { $0.selector != nil }) {
      guard let selector = item.register.selector, let pmc = item.register.pmc,
        let counter = item.registers.values(of: pmc).first
      else { continue }
      for value in [item.bits, 5 & item.bits] {
        let guest = try item.guest("a counter is read by RDPMC")
        // Every other counter is 0.
        try guest.write(counter.msr, value, origin: .host)
        try guest.readPMC(selector, gives: value, because: "it is \(counter.msr)")
      }
    }
  }

  static func otherSelectorsFault(_ subject: Subject) throws(Finding) {
    for preset in try subject.presets {
      let shape = try TracedGuest(subject, preset, "")
      let declared = Set(shape.registers.existing.compactMap(\.selector))
      for selector in try candidates(shape, subject) where !declared.contains(selector) {
        guard let pmc = shape.vpmu.model._rdpmcECXToPMC(selector, shape.vpmu.liveState.view) else { continue }
        let guest = try TracedGuest(subject, preset, "RDPMC of a counter that does not exist")
        try guest.readPMC(selector, gives: nil, because: "no counter has this selector")
        throw .violated("rdpmc_ecx_to_pmc of \(selector): expected -1, got \(pmc)", model: preset.name)
      }
    }
  }

  /// The declared selectors, their neighbours, each with one bit changed, the ends, and random ones.
  private static func candidates(_ guest: TracedGuest, _ subject: Subject) throws(Finding) -> [RDPMCSelector] {
    let registers = guest.registers.existing + guest.registers.absent
    let declared = registers.compactMap(\.selector?.rawValue)
    var generator = subject.generator("RDPMC selectors")
    let numbers =
      declared.flatMap { selector in
        [selector, selector &- 1, selector &+ 1] + (0..<32).map { selector ^ 1 << $0 }
      } + [0, .max, 0x4000_0000, 0x8000_0000, 0xC000_0000] + (0..<64).map { $0 }
      + (0..<1000).map { _ in UInt32(truncatingIfNeeded: generator.next()) }
    return Set(numbers).sorted().map { RDPMCSelector($0) }
  }
}

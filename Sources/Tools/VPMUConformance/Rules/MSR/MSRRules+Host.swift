import VPMUCore
import VPMUModel

/// The VMM's own accesses: save, restore, migration.
extension MSRRules {
  static let hostAccess = [
    Rule(
      "VPMU-MSR-029", "The host's write of a counter stores the whole value, without sign-extension.",
      reference: "vpmu_plugin.h, VPMU_RANGE_SIGN_EXTENDS and VPMU_HOST_INITIATED",
      consequence: "A guest that is moved finds counters that have jumped.", prerequisites: ["VPMU-MSR-018"],
      check: hostStoresCounters),
    Rule(
      "VPMU-MSR-030", "The host's write of a control register takes and refuses the same bits as the guest's.",
      reference: "vpmu_plugin.h, VPMU_ROLE_* and VPMU_HOST_INITIATED",
      consequence: "A guest that is moved counts something else; a damaged saved state is taken.",
      prerequisites: ["VPMU-MSR-010"], check: hostStoresControl),
    Rule(
      "VPMU-MSR-031", "The host's write of the status clear or the status set does nothing.",
      reference: "vpmu_plugin.h, VPMU_ROLE_GLOBAL_STATUS_CLEAR and VPMU_ROLE_GLOBAL_STATUS_SET",
      consequence: "A VMM that restores every register loses overflows, or makes some up.",
      prerequisites: ["VPMU-MSR-023"], check: hostChangesNoStatus),
    Rule(
      "VPMU-MSR-032",
      "Registers that the host reads and writes into a new guest, in any order, give that guest the same registers.",
      reference: "vpmu_plugin.h, VPMU_HOST_INITIATED",
      consequence: "A guest that is moved does not go on where it was.",
      prerequisites: ["VPMU-MSR-023", "VPMU-MSR-029", "VPMU-MSR-030", "VPMU-MSR-031"], check: registersAreAllThereIs),
  ]

  static func hostStoresCounters(_ subject: Subject) throws(Finding) {
    let isCounter = { (register: GuestRegister) in register.role == .gpCounter || register.role == .fixedCounter }
    for item in try subject.registers("a counter", where: isCounter) {
      for value in item.bits.singleBits + [item.bits, 0] {
        let guest = try item.guest("the host restores a counter")
        try guest.write(item.msr, value, origin: .host)
        try guest.read(item.msr, gives: value)
      }
    }
  }

  static func hostStoresControl(_ subject: Subject) throws(Finding) {
    let roles: [RegisterRole] = [.eventSelect, .fixedControl, .globalControl]
    for item in try subject.registers("a control register", where: { roles.contains($0.role) }) {
      for value in item.bits.singleBits + [item.bits, 0] {
        let guest = try item.guest("the host restores a control register")
        try guest.write(item.msr, value, origin: .host)
        try guest.read(item.msr, gives: value)
      }
      try refuses(item, origin: .host)
    }
  }

  static func hostChangesNoStatus(_ subject: Subject) throws(Finding) {
    for (item, status) in try statusChanges(subject, "a status clear or set", .globalStatusClear, .globalStatusSet) {
      for bit in item.bits.singleBits {
        let guest = try item.guest("the host writes a register that changes the global status")
        // A bit that is set for the clearing register, and clear for the setting one.
        let before = item.role == .globalStatusClear ? item.bits : 0
        try guest.write(status.msr, before, origin: .host)
        try guest.write(item.msr, bit, origin: .host)
        try guest.read(status.msr, gives: before, because: "the host's write does nothing")
      }
    }
  }

  static func registersAreAllThereIs(_ subject: Subject) throws(Finding) {
    for preset in try subject.presets {
      var generator = subject.generator("save and restore")
      let source = try TracedGuest(subject, preset, "")
      try source.useEverything(&generator)
      var saved: [(register: GuestRegister, value: UInt64)] = []
      for register in source.registers.existing {
        guard let value = try source.ifReadable(register) else { continue }
        saved.append((register, value))
      }
      for order in [saved, saved.reversed()] {
        let guest = try TracedGuest(subject, preset, "the host restores registers")
        do throws(Finding) {
          try restore(order, into: guest)
        } catch {
          throw withoutOtherWrites(error, guest)
        }
      }
    }
  }

  private static func restore(
    _ saved: [(register: GuestRegister, value: UInt64)], into guest: TracedGuest
  ) throws(Finding) {
    for (register, value) in saved {
      // A register of another role may be read-only: then it must have the same value.
      if register.role == .other, try guest.ifReadable(register) == value { continue }
      try guest.write(register.msr, value, origin: .host, because: "the host read this value")
    }
    for (register, value) in saved { try guest.read(register.msr, gives: value, because: "the host restored it") }
  }

  /// The finding without the writes that it does not need: registers do not depend on each other.
  private static func withoutOtherWrites(_ finding: Finding, _ guest: TracedGuest) -> Finding {
    guard case .violated(let message, let model, let trace?) = finding,
      case .readMSR(let last, _, _)? = trace.steps.last?.operation
    else { return finding }
    let shrinker = TraceShrinker(model: guest.vpmu.model)
    let shorter = shrinker.shrink(
      trace,
      removing: { operation in
        if case .writeMSR(let msr, _, _, _) = operation { return msr != last }
        return true
      }, where: shrinker.showsLastOnly)
    return .violated(message, model: model, trace: shorter)
  }
}

extension TracedGuest {
  /// The value that the host reads, without a trace; nil for #GP.
  fileprivate func ifReadable(_ register: GuestRegister) throws(Finding) -> UInt64? {
    do {
      guard case .value(let value) = try vpmu.readMSR(register.msr, origin: .host) else { return nil }
      return value
    } catch {
      throw .violated("\(error)", model: preset.name)
    }
  }
}

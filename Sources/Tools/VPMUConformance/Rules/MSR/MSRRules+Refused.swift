import CVPMU
import Glibc
import VPMUModel

extension MSRRules {
  static func refusedWritesChangeNothing(_ subject: Subject) throws(Finding) {
    let model = try subject.model
    for preset in try subject.presets {
      var generator = subject.generator("refused writes")
      let guarded = GuardedState(model)
      guard guarded.start(preset) else { throw .notApplicable("refresh refuses \(preset.name)") }
      let registers = GuestRegisters(model.declaration, guarded.state.view)
      // So that something is there to be changed.
      for register in registers.existing {
        _ = model._setMSR(
          register.msr, generator.value() & ~register.reserved(guarded.state.view), origin: .guest, guarded.state)
      }
      for register in registers.existing + registers.absent {
        let values = [0, UInt64.max] + UInt64.max.singleBits + (0..<16).map { _ in generator.value() }
        for value in values {
          for origin in [AccessOrigin.guest, .host] {
            // What is requested already can't be requested again.
            guarded.state.fields.reprogram = 0
            guarded.state.fields.in_use = 0
            var before = guarded.state.fields
            let status = model._setMSR(register.msr, value, origin: origin, guarded.state).status
            guard status == VPMU_FAULT || status == VPMU_UNHANDLED,
              memcmp(&before, guarded.state.pointer, MemoryLayout<vpmu_state>.size) != 0
            else { continue }
            try showRefused(subject, preset, register.msr, value, origin)
          }
        }
      }
    }
  }

  /// Throws the finding, with a trace if the guest can observe the change.
  private static func showRefused(
    _ subject: Subject, _ preset: Preset, _ msr: MSRNumber, _ value: UInt64, _ origin: AccessOrigin
  ) throws(Finding) {
    let guest = try TracedGuest(subject, preset, "a refused write changes a register")
    let readable = guest.registers.existing.filter { $0.role != .other }
    var before: [UInt64] = []
    for register in readable { before.append(try guest.observe(register.msr)) }
    try guest.write(msr, value, origin: origin, expect: .generalProtection)
    for (register, value) in zip(readable, before) {
      try guest.read(register.msr, gives: value, because: "the write before was refused")
    }
    throw .violated(
      "set_msr of \(msr) with \(hex(value))\(origin.text) is refused and changes vpmu_state", model: preset.name)
  }
}

import VPMUCore
import VPMUModel

/// Registers that CPUID makes, and nobody changes.
extension MSRRules {
  static let constants = [
    Rule(
      "VPMU-MSR-033",
      "A constant register reads its word of model_shape; a write is #GP, but the host may write the same value.",
      reference: "vpmu_plugin.h, VPMU_ROLE_CONSTANT",
      consequence: "The guest finds other abilities than CPUID shows, or its saved registers can't be restored.",
      prerequisites: ["VPMU-MSR-003"], check: constantsStay)
  ]

  static func constantsStay(_ subject: Subject) throws(Finding) {
    for item in try subject.registers("a constant register", where: { $0.role == .constant }) {
      let (s, range) = (item.state.model_shape, item.register.range)
      let word = Int(range.word &+ (item.msr.rawValue &- range.first.rawValue) / max(range.stride, 1))
      let value = [s.0, s.1, s.2, s.3][word & 3]
      let guest = try item.guest("a constant register")
      for origin in [AccessOrigin.guest, .host] {
        try guest.read(item.msr, origin: origin, gives: value, because: "it is model_shape[\(word)]")
      }
      try guest.write(item.msr, value, origin: .host, because: "the host may write the value that it reads")
      for (other, origin) in [(value, .guest), (~value, .guest), (value ^ 1, .host)] as [(UInt64, AccessOrigin)] {
        try guest.write(item.msr, other, origin: origin, expect: .generalProtection, because: "it is a constant")
        try guest.read(item.msr, gives: value, because: "it is a constant")
      }
    }
  }
}

import VPMUModel

/// Reserved bits.
extension MSRRules {
  /// A reserved bit that a guest writes is #GP, or dropped if the range has VPMU_RANGE_IGNORES_RESERVED.
  static func refuses(_ roles: RegisterRole..., name: String) -> Rule.Check {
    { subject throws(Finding) in
      let cases = try subject.registers("\(name) that a guest can write") {
        roles.contains($0.role) && !$0.traits.contains(.readOnly)
      }
      guard cases.contains(where: { $0.bits != .max }) else {
        throw .notApplicable("\(name) has no reserved bits in any preset")
      }
      for item in cases { try refuses(item, origin: .guest) }
    }
  }

  /// Each reserved bit of one register, alone and together with all bits that are not reserved.
  static func refuses(_ item: RegisterCase, origin: AccessOrigin) throws(Finding) {
    let drops = item.traits.contains(.ignoresReserved)
    for bit in (~item.bits).singleBits {
      for value in [bit, bit | item.bits] {
        let guest = try item.guest("a reserved bit is written")
        try guest.write(
          item.msr, value, origin: origin, expect: drops ? .done : .generalProtection,
          because: "bit \(bit.trailingZeroBitCount) is reserved\(drops ? ", and dropped" : "")")
        if drops && item.role.isStored { try guest.read(item.msr, gives: value & item.bits) }
      }
    }
  }
}

extension RegisterRole {
  /// Whether such a register reads what was written to it.
  fileprivate var isStored: Bool { self != .globalStatusClear && self != .globalStatusSet }
}

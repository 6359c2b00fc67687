import CVPMU
import VPMUModel

/// A register that exists for one guest.
struct GuestRegister: Equatable {
  let msr: MSRNumber
  let range: RegisterRange
  /// Its counter, for the roles that have one.
  let pmc: PMCIndex?

  var role: RegisterRole { range.role }
  var traits: RegisterTraits { range.traits }
}

/// The registers of a model by role, for a guest whose shape is known: from the declared ranges and the shape.
struct GuestRegisters {
  /// Those that exist, in the order of the declaration.
  let existing: [GuestRegister]
  /// Numbers that are claimed and do not exist for this guest: #GP.
  let absent: [GuestRegister]
  private let ranges: [RegisterRange]

  init(_ declaration: ModelDeclaration, _ state: PMUStateView) {
    ranges = declaration.ranges
    let features = ModelFeatures(rawValue: state.fields.features)
    var existing: [GuestRegister] = []
    var absent: [GuestRegister] = []
    for range in declaration.ranges {
      let isThere = range.features.isSubset(of: features)
      // A range may claim every MSR number; one of counters has 16 at most.
      for n in 0..<min(range.count, 4096) {
        let pmc = range.role.hasCounter ? PMCIndex(rawValue: range.firstPMC.rawValue &+ n) : nil
        let register = GuestRegister(
          msr: MSRNumber(range.first.rawValue &+ n &* range.stride), range: range, pmc: pmc)
        let hasCounter = pmc.map { $0.bit & state.fields.all_valid != 0 } ?? true
        if isThere && hasCounter { existing.append(register) } else { absent.append(register) }
      }
    }
    self.existing = existing
    self.absent = absent
  }

  func all(_ role: RegisterRole) -> [GuestRegister] { existing.filter { $0.role == role } }

  func first(_ role: RegisterRole) -> GuestRegister? { existing.first { $0.role == role } }

  func first(_ role: RegisterRole, _ traits: RegisterTraits) -> GuestRegister? {
    existing.first { $0.role == role && $0.traits.isSuperset(of: traits) }
  }

  /// The registers of a role that belong to this counter.
  func all(_ role: RegisterRole, of pmc: PMCIndex) -> [GuestRegister] {
    existing.filter { $0.role == role && $0.pmc == pmc }
  }

  /// The value registers of a counter, whatever its kind.
  func values(of pmc: PMCIndex) -> [GuestRegister] { all(pmc.isFixed ? .fixedCounter : .gpCounter, of: pmc) }

  /// Whether the plugin claims this number for some guest.
  func claims(_ msr: MSRNumber) -> Bool { ranges.contains { $0.contains(msr) } }
}

extension RegisterRole {
  /// Whether each register of such a range belongs to a counter.
  var hasCounter: Bool { self == .gpCounter || self == .eventSelect || self == .fixedCounter }
}

extension GuestRegister {
  /// The bits of a written value that the register does not have (R in the header's words), zero for counters, whose
  /// width says it.
  func reserved(_ state: PMUStateView) -> UInt64 {
    switch role {
    case .eventSelect: state.fields.event_select_reserved
    case .fixedControl: state.fields.fixed_control_reserved
    case .globalControl: state.fields.global_control_reserved
    case .globalStatus, .globalStatusClear, .globalStatusSet: state.fields.global_status_reserved
    case .gpCounter, .fixedCounter, .constant, .other: 0
    }
  }
}

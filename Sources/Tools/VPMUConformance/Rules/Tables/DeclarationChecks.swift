import CVPMU
import VPMULoader
import VPMUModel

/// What can be judged without a guest.
extension TableRules {
  static func isTaken(_ subject: Subject) throws(Finding) {
    if let refusal = subject.refusal { throw .violated("the plugin \(refusal.reason)") }
  }

  static func claimsNothingTwice(_ subject: Subject) throws(Finding) {
    var owners: [MSRNumber: Int] = [:]
    for (index, range) in try subject.declaration.ranges.enumerated() {
      for n in 0..<range.count {
        guard let msr = range.register(n) else { break }
        if let first = owners.updateValue(index, forKey: msr) {
          throw .violated("\(msr) is in ranges[\(first)] and in ranges[\(index)]")
        }
        // A range of all numbers is a mistake of its own, and would take all memory.
        guard owners.count <= 1 << 20 else { throw .violated("the ranges claim more than \(1 << 20) numbers") }
      }
    }
  }

  static func rangesAreKnown(_ subject: Subject) throws(Finding) {
    guard try subject.plugin.abi.minor <= PluginABI.current.minor else {
      throw .notApplicable("it knows a newer version of the ABI than this kit")
    }
    for (index, range) in try DeclaredTables(subject).ranges.enumerated() {
      let name = "ranges[\(index)], from MSR \(hex(range.first)) on,"
      guard let role = RegisterRole(rawValue: range.role) else {
        throw .violated("\(name) has role \(range.role), which the header does not name")
      }
      let traits = RegisterTraits(rawValue: range.flags)
      let known: RegisterTraits = [.readOnly, .signExtends, .fullWidth, .ignoresReserved]
      if !traits.isSubset(of: known) {
        throw .violated("\(name) has flags \(hex(range.flags)), which the header does not all name")
      }
      let isCounter = role == .gpCounter || role == .fixedCounter
      if !isCounter && !traits.isDisjoint(with: [.signExtends, .fullWidth]) {
        throw .violated("\(name) has VPMU_RANGE_SIGN_EXTENDS or VPMU_RANGE_FULL_WIDTH and is no counter")
      }
      if traits.isSuperset(of: [.signExtends, .fullWidth]) {
        throw .violated("\(name) has VPMU_RANGE_SIGN_EXTENDS and VPMU_RANGE_FULL_WIDTH, which contradict")
      }
      let unknown = range.features & ~(UInt32(VPMU_FEATURE_GLOBAL_CONTROL) | 0xFFFF_0000)
      if unknown != 0 { throw .violated("\(name) asks for features \(hex(unknown)), which the header does not name") }
    }
  }

  static func leavesAreUnique(_ subject: Subject) throws(Finding) {
    for preset in try subject.presets {
      var seen: Set<UInt64> = []
      for leaf in preset.configuration.leaves
      where !seen.insert(UInt64(leaf.leaf) << 32 | UInt64(leaf.subleaf)).inserted {
        throw .violated("leaf \(hex(leaf.leaf)), subleaf \(leaf.subleaf) is there twice", model: preset.name)
      }
    }
  }

  static func eventsAreCodes(_ subject: Subject) throws(Finding) {
    let declaration = try subject.declaration
    let mask = declaration.eventSelectMask | VPMU_SELECT_UNIT_MASK
    for (index, event) in declaration.events.enumerated() where event.select & ~mask != 0 {
      throw .violated("events[\(index)] is \(hex(event.select)), with bits outside \(hex(mask))")
    }
  }

  static func eventNumberIsInReach(_ subject: Subject) throws(Finding) {
    let others = try subject.declaration.eventSelectMask & ~0xF_0000_00FF
    if others != 0 { throw .violated("event_select_mask holds \(hex(others)) as well") }
  }

  static func describesItself(_ subject: Subject) throws(Finding) {
    let declaration = try subject.declaration
    let parts = declaration.id.split(separator: ".", omittingEmptySubsequences: false)
    if parts.count < 2 || parts.contains("") { throw .violated("the id is \"\(declaration.id)\"") }
    if declaration.version.isEmpty { throw .violated("version is empty") }
    if declaration.license.isEmpty { throw .violated("license is empty") }
  }
}

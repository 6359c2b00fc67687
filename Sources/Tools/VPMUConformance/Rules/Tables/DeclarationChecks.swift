import CVPMU
import VPMULoader
import VPMUModel

/// The declared tables, without a guest.
extension TableRules {
  static func isAccepted(_ subject: Subject) throws(Finding) {
    if let refusal = subject.refusal { throw .violated("the plugin \(refusal.reason)") }
  }

  static func claimsAreUnique(_ subject: Subject) throws(Finding) {
    var owners: [MSRNumber: Int] = [:]
    for (index, range) in try subject.declaration.ranges.enumerated() {
      for n in 0..<range.count {
        guard let msr = range.register(n) else { break }
        if let first = owners.updateValue(index, forKey: msr) {
          throw .violated("\(msr) is in ranges[\(first)] and in ranges[\(index)]")
        }
      }
    }
  }

  static func tablesUseNamedValues(_ subject: Subject) throws(Finding) {
    guard try subject.plugin.abi.minor <= PluginABI.current.minor else {
      throw .notApplicable("it knows a newer version of the ABI than this kit")
    }
    let tables = try DeclaredTables(subject)
    let others = tables.info.flags & ~UInt32(VPMU_PLUGIN_MASKS_LVTPC)
    if others != 0 { throw .violated("flags has bits that the header does not name: \(hex(others))") }
    try rangesUseNamedValues(tables.ranges)
    try rowsUseNamedValues("events", tables.events)
    try rowsUseNamedValues("fixed_events", tables.fixedEvents)
  }

  private static func rowsUseNamedValues(_ name: String, _ rows: [vpmu_event_row]) throws(Finding) {
    for (index, row) in rows.enumerated() {
      let name = "\(name)[\(index)], \(hex(row.select)),"
      try requireNamed(row.features, name)
      let beyond = row.counters & ~((1 << VPMU_MAX_GP) - 1)
      if beyond != 0 { throw .violated("\(name) has counters that no guest can have: \(hex(beyond))") }
    }
  }

  private static func requireNamed(_ features: UInt64, _ name: String) throws(Finding) {
    let unknown = features & ~(VPMU_FEATURE_GLOBAL_CONTROL | ~0xFFFF)
    if unknown != 0 { throw .violated("\(name) asks for features \(hex(unknown)), which the header does not name") }
  }

  private static func rangesUseNamedValues(_ ranges: [vpmu_register_range]) throws(Finding) {
    for (index, range) in ranges.enumerated() {
      let name = "ranges[\(index)], from MSR \(hex(range.first)) on,"
      guard let role = RegisterRole(rawValue: range.role.rawValue) else {
        throw .violated("\(name) has role \(range.role.rawValue), which the header does not name")
      }
      let traits = RegisterTraits(rawValue: range.flags & ~VPMU_RANGE_RDPMC)
      let known: RegisterTraits = [.readOnly, .signExtends, .fullWidth, .ignoresReserved, .sharedEnable]
      if !traits.isSubset(of: known) {
        throw .violated("\(name) has flags \(hex(range.flags)), which the header does not all name")
      }
      let isCounter = role == .gpCounter || role == .fixedCounter
      if !isCounter && !traits.isDisjoint(with: [.signExtends, .fullWidth]) {
        throw .violated("\(name) has VPMU_RANGE_SIGN_EXTENDS or VPMU_RANGE_FULL_WIDTH and is no counter")
      }
      if !isCounter && range.flags & VPMU_RANGE_RDPMC != 0 {
        throw .violated("\(name) has VPMU_RANGE_RDPMC and is no counter")
      }
      if traits.contains(.sharedEnable) && role != .eventSelect {
        throw .violated("\(name) has VPMU_RANGE_SHARED_ENABLE and is no event select")
      }
      if traits.isSuperset(of: [.signExtends, .fullWidth]) {
        throw .violated("\(name) has VPMU_RANGE_SIGN_EXTENDS and VPMU_RANGE_FULL_WIDTH, which contradict")
      }
      try requireNamed(range.features, name)
    }
    let sharing = ranges.filter { $0.flags & VPMU_RANGE_SHARED_ENABLE != 0 }.count
    if sharing > 1 { throw .violated("\(sharing) ranges have VPMU_RANGE_SHARED_ENABLE, and one may") }
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

  static func eventsFitTheMask(_ subject: Subject) throws(Finding) {
    let declaration = try subject.declaration
    let mask = declaration.eventSelectMask | VPMU_SELECT_UNIT_MASK
    for (name, rows) in [("events", declaration.events), ("fixed_events", declaration.fixedEvents)] {
      for (index, row) in rows.enumerated() where row.select & ~mask != 0 {
        throw .violated("\(name)[\(index)] is \(hex(row.select)), with bits outside \(hex(mask))")
      }
    }
  }

  static func eventNumberIsDistinguished(_ subject: Subject) throws(Finding) {
    let others = try subject.declaration.eventSelectMask & ~0xF_0000_00FF
    if others != 0 { throw .violated("event_select_mask has bits outside: \(hex(others))") }
  }

  static func hasIdentification(_ subject: Subject) throws(Finding) {
    let declaration = try subject.declaration
    let parts = declaration.id.split(separator: ".", omittingEmptySubsequences: false)
    if parts.count < 2 || parts.contains("") { throw .violated("the id is \"\(declaration.id)\"") }
    if declaration.version.isEmpty { throw .violated("version is empty") }
    if declaration.license.isEmpty { throw .violated("license is empty") }
  }
}

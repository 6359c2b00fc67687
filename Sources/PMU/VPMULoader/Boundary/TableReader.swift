import CVPMU
import CLibc
import VPMUModel

/// Reads the tables of one plugin and checks what can be checked: that sizes, counts and strings are what the header
/// says, and that no number in them could lead a reader astray. Pointers can't be checked: a plugin is trusted code.
struct TableReader {
  let path: String

  /// The plugin's table, whole.
  func info(_ source: UnsafePointer<vpmu_plugin_info>) throws(PluginLoadError) -> vpmu_plugin_info {
    let size = Boundary.size(of: source)
    try check(size: size, of: "vpmu_plugin_info", minimum: Boundary.Minimum.info)
    var info = vpmu_plugin_info()
    Boundary.copy(source, size: size, into: &info)
    guard info.abi_major == VPMU_ABI_MAJOR else {
      throw .abiMajor(path: path, found: info.abi_major, supported: UInt16(VPMU_ABI_MAJOR))
    }
    return info
  }

  /// The plugin's callbacks; those that it does not know are NULL.
  func ops(_ info: vpmu_plugin_info) throws(PluginLoadError) -> vpmu_ops {
    guard let source = info.ops else { throw invalid("ops is NULL") }
    let size = Boundary.size(of: source)
    try check(size: size, of: "vpmu_ops", minimum: Boundary.Minimum.ops)
    var ops = vpmu_ops()
    Boundary.copy(source, size: size, into: &ops)
    return ops
  }

  /// What the plugin says of itself.
  func declaration(_ info: vpmu_plugin_info) throws(PluginLoadError) -> ModelDeclaration {
    let mask = info.event_select_mask
    guard mask != 0, mask & VPMU_SELECT_UNIT_MASK == 0 else {
      throw invalid("event_select_mask 0x\(String(mask, radix: 16)) is zero or holds bits of the unit mask")
    }
    return ModelDeclaration(
      id: try word(info.id, "id"), name: try word(info.name, "name"), version: try text(info.version, "version"),
      license: try text(info.license, "license"), cpuidVendors: try vendors(info), presets: try presets(info),
      ranges: try ranges(info),
      events: try events(info.events, count: info.event_count, size: info.event_size, "events"),
      fixedEvents: try events(
        info.fixed_events, count: info.fixed_event_count, size: info.fixed_event_size, "fixed_events"),
      eventSelectMask: mask, masksLVTPC: info.flags & VPMU_PLUGIN_MASKS_LVTPC != 0)
  }

  // MARK: Tables

  private func vendors(_ info: vpmu_plugin_info) throws(PluginLoadError) -> [String] {
    let count = info.vendor_count
    guard let source = info.cpuid_vendors, count >= 1, count <= Boundary.Limit.elements else {
      throw invalid("cpuid_vendors has no entry, or too many (\(count))")
    }
    var vendors: [String] = []
    for n in 0..<Int(count) {
      let vendor = try text(source[n], "cpuid_vendors[\(n)]")
      guard vendor.utf8.count == 12 else { throw invalid("cpuid_vendors[\(n)] \"\(vendor)\" is not 12 bytes long") }
      vendors.append(vendor)
    }
    return vendors
  }

  private func presets(_ info: vpmu_plugin_info) throws(PluginLoadError) -> [Preset] {
    guard info.preset_count > 0 else { throw invalid("preset_count is 0") }
    let elements = try elements(
      info.presets, count: info.preset_count, size: info.preset_size, "vpmu_preset", Boundary.Minimum.preset)
    var presets: [Preset] = []
    for (n, element) in elements.enumerated() {
      let size = Boundary.size(of: element)
      try check(size: size, of: "vpmu_preset", minimum: Boundary.Minimum.preset)
      var preset = vpmu_preset()
      Boundary.copy(element, size: min(size, info.preset_size), into: &preset)
      let name = try word(preset.name, "presets[\(n)].name")
      guard !presets.contains(where: { $0.name == name }) else { throw invalid("two presets are called \(name)") }
      presets.append(
        Preset(
          name: name, summary: try text(preset.summary, "presets[\(n)].summary"),
          configuration: GuestConfiguration(
            leaves: try leaves(preset), perfCapabilities: preset.perf_capabilities)))
    }
    return presets
  }

  private func leaves(_ preset: vpmu_preset) throws(PluginLoadError) -> [CPUIDLeaf] {
    let elements = try elements(
      preset.leaves, count: preset.leaf_count, size: preset.leaf_size, "vpmu_cpuid_leaf", Boundary.Minimum.leaf)
    return elements.map { element in
      var leaf = CPUIDLeaf()
      Boundary.copy(element, size: preset.leaf_size, into: &leaf)
      return leaf
    }
  }

  private func events(
    _ first: UnsafePointer<vpmu_event_row>?, count: UInt32, size: UInt32, _ field: String
  ) throws(PluginLoadError) -> [EventRow] {
    let elements = try elements(first, count: count, size: size, "vpmu_event_row", Boundary.Minimum.event)
    var rows: [EventRow] = []
    for (n, element) in elements.enumerated() {
      var row = vpmu_event_row()
      Boundary.copy(element, size: size, into: &row)
      rows.append(EventRow(row, name: row.name == nil ? nil : try text(row.name, "\(field)[\(n)].name")))
    }
    return rows
  }

  private func ranges(_ info: vpmu_plugin_info) throws(PluginLoadError) -> [RegisterRange] {
    let elements = try elements(
      info.ranges, count: info.range_count, size: info.range_size, "vpmu_register_range", Boundary.Minimum.range)
    var ranges: [RegisterRange] = []
    for (n, element) in elements.enumerated() {
      var range = vpmu_register_range()
      Boundary.copy(element, size: info.range_size, into: &range)
      guard let checked = RegisterRange(checking: range) else {
        throw invalid("ranges[\(n)] is empty, or goes beyond the last MSR, RDPMC selector or counter")
      }
      ranges.append(checked)
    }
    let registers = ranges.reduce(UInt64(0)) { $0 + UInt64($1.count) }
    guard registers <= RegisterFile.maximumRegisters else {
      throw invalid("ranges claim \(registers) registers, \(RegisterFile.maximumRegisters) is the limit")
    }
    return ranges
  }

  // MARK: Pieces

  /// The addresses of an array's elements.
  private func elements(
    _ first: UnsafeRawPointer?, count: UInt32, size: UInt32, _ name: String, _ minimum: UInt32
  ) throws(PluginLoadError) -> [UnsafeRawPointer] {
    guard count > 0 else { return [] }
    guard let first else { throw invalid("an array of \(count) \(name) is NULL") }
    try check(size: size, of: name, minimum: minimum)
    guard count <= Boundary.Limit.elements, size <= Boundary.Limit.elementSize else {
      throw invalid("an array of \(count) \(name) of \(size) bytes each is beyond reason")
    }
    return (0..<Int(count)).map { first + $0 * Int(size) }
  }

  private func check(size: UInt32, of name: String, minimum: UInt32) throws(PluginLoadError) {
    guard size >= minimum else { throw .structTooSmall(path: path, name: name, size: size, minimum: minimum) }
  }

  /// A string for people: one line of printable UTF-8.
  private func text(_ source: UnsafePointer<CChar>?, _ field: String) throws(PluginLoadError) -> String {
    guard let source else { throw invalid("\(field) is NULL") }
    let length = strnlen(source, Boundary.Limit.text)
    guard length < Boundary.Limit.text else { throw invalid("\(field) is longer than \(length - 1) bytes") }
    let bytes = UnsafeRawBufferPointer(start: source, count: length)
    guard let text = String(validating: bytes, as: UTF8.self) else { throw invalid("\(field) is not UTF-8") }
    // A terminal would obey control characters.
    guard !text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else {
      throw invalid("\(field) holds control characters")
    }
    return text
  }

  /// A string for a command line: letters, digits, and `.`, `-`, `_`, `+`. Never a path.
  private func word(_ source: UnsafePointer<CChar>?, _ field: String) throws(PluginLoadError) -> String {
    let word = try text(source, field)
    let isWord = word.utf8.allSatisfy { byte in
      switch UInt8(byte) {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2B, 0x2D, 0x2E, 0x5F: true
      default: false
      }
    }
    guard isWord, !word.isEmpty else { throw invalid("\(field) \"\(word)\" is not a word of letters, digits, . - _ +") }
    return word
  }

  private func invalid(_ what: String) -> PluginLoadError { .invalidDeclaration(path: path, what: what) }
}

extension EventRow {
  fileprivate init(_ row: vpmu_event_row, name: String?) {
    let event = ModelEvent(select: row.select, row.generic, row.quality)
    self.init(
      row.select, event.generic, event.quality, name, features: ModelFeatures(rawValue: row.features),
      counters: row.counters)
    isMisnumbered = event.isMisnumbered
  }
}

extension RegisterRange {
  /// Nil if a register, a counter, a selector or a constant of it would lie outside its index space.
  fileprivate init?(checking range: vpmu_register_range) {
    let stride = max(range.stride, 1)
    let last = UInt64(range.first) + UInt64(range.count) * UInt64(stride)
    guard range.count > 0, last - UInt64(stride) <= UInt64(UInt32.max) else { return nil }
    // A role that a newer header names is, to this core, just a register.
    let role = RegisterRole(rawValue: range.role.rawValue) ?? .other
    let hasSelector = range.flags & VPMU_RANGE_RDPMC != 0
    switch role {
    case .gpCounter, .eventSelect:
      guard UInt64(range.first_pmc) + UInt64(range.count) <= UInt64(VPMU_MAX_GP) else { return nil }
    case .fixedCounter:
      let end = UInt64(range.first_pmc) + UInt64(range.count)
      guard range.first_pmc >= VPMU_FIXED_BASE, end <= UInt64(VPMU_FIXED_BASE + VPMU_MAX_FIXED) else { return nil }
    case .constant:
      guard UInt64(range.word) + UInt64(range.count) <= 4 else { return nil }
    default: break
    }
    if hasSelector && UInt64(range.rdpmc_base) + UInt64(range.count) > UInt64(UInt32.max) { return nil }
    self.init(
      role, first: range.first, count: range.count, stride: stride, firstPMC: PMCIndex(rawValue: range.first_pmc),
      rdpmcBase: hasSelector ? range.rdpmc_base : nil, word: range.word,
      traits: RegisterTraits(rawValue: range.flags & ~VPMU_RANGE_RDPMC),
      features: ModelFeatures(rawValue: range.features))
  }
}

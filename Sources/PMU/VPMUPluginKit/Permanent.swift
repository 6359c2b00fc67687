import CVPMU
import VPMUModel

/// Copies into memory that is never freed, in the boundary's form.
enum Permanent {
  static func copy<Value>(_ value: Value) -> UnsafePointer<Value> {
    let memory = UnsafeMutablePointer<Value>.allocate(capacity: 1)
    memory.initialize(to: value)
    return UnsafePointer(memory)
  }

  /// Nil for an empty array.
  static func copy<Element>(all elements: [Element]) -> UnsafePointer<Element>? {
    guard !elements.isEmpty else { return nil }
    let memory = UnsafeMutableBufferPointer<Element>.allocate(capacity: elements.count)
    _ = memory.initialize(from: elements)
    return UnsafePointer(memory.baseAddress)
  }

  static func copy(string: String) -> UnsafePointer<CChar>? {
    copy(all: string.utf8.map { CChar(bitPattern: $0) } + [0])
  }

  static func table(
    _ declaration: ModelDeclaration, ops: vpmu_ops, context: UnsafeMutableRawPointer
  ) -> UnsafePointer<vpmu_plugin_info> {
    var info = vpmu_plugin_info()
    info.struct_size = UInt32(MemoryLayout<vpmu_plugin_info>.size)
    info.abi_major = UInt16(VPMU_ABI_MAJOR)
    info.abi_minor = UInt16(VPMU_ABI_MINOR)
    info.id = copy(string: declaration.id)
    info.name = copy(string: declaration.name)
    info.version = copy(string: declaration.version)
    info.license = copy(string: declaration.license)
    info.cpuid_vendors = copy(all: declaration.cpuidVendors.map { copy(string: $0) })
    info.vendor_count = UInt32(declaration.cpuidVendors.count)
    info.presets = copy(all: declaration.presets.map(preset))
    info.preset_count = UInt32(declaration.presets.count)
    info.preset_size = UInt32(MemoryLayout<vpmu_preset>.stride)
    info.ranges = copy(all: declaration.ranges.map(range))
    info.range_count = UInt32(declaration.ranges.count)
    info.range_size = UInt32(MemoryLayout<vpmu_register_range>.stride)
    info.events = copy(all: declaration.events.map(event))
    info.event_count = UInt32(declaration.events.count)
    info.event_size = UInt32(MemoryLayout<vpmu_event_row>.stride)
    info.fixed_events = copy(all: declaration.fixedEvents.map(event))
    info.fixed_event_count = UInt32(declaration.fixedEvents.count)
    info.fixed_event_size = UInt32(MemoryLayout<vpmu_event_row>.stride)
    info.event_select_mask = declaration.eventSelectMask
    info.flags = declaration.masksLVTPC ? VPMU_PLUGIN_MASKS_LVTPC : 0
    info.ops = copy(ops)
    info.context = context
    return copy(info)
  }

  private static func preset(_ preset: Preset) -> vpmu_preset {
    var info = vpmu_preset()
    info.struct_size = UInt32(MemoryLayout<vpmu_preset>.size)
    info.leaf_size = UInt32(MemoryLayout<CPUIDLeaf>.stride)
    info.name = copy(string: preset.name)
    info.summary = copy(string: preset.summary)
    info.leaves = copy(all: preset.configuration.leaves)
    info.leaf_count = UInt32(preset.configuration.leaves.count)
    info.perf_capabilities = preset.configuration.perfCapabilities
    return info
  }

  private static func event(_ row: EventRow) -> vpmu_event_row {
    let event = row.event.boundary
    return vpmu_event_row(
      select: row.select, generic: event.generic, quality: event.quality, features: row.features.rawValue,
      counters: row.counters, reserved0: 0, name: row.name.flatMap { copy(string: $0) })
  }

  private static func range(_ range: RegisterRange) -> vpmu_register_range {
    let flags = range.rdpmcBase == nil ? range.traits.rawValue : range.traits.rawValue | VPMU_RANGE_RDPMC
    return vpmu_register_range(
      first: range.first.rawValue, count: range.count, role: vpmu_role(rawValue: range.role.rawValue),
      stride: range.stride, flags: flags, first_pmc: range.firstPMC.rawValue,
      rdpmc_base: range.rdpmcBase?.rawValue ?? 0, word: range.word, features: range.features.rawValue)
  }
}

import CVPMU
import VPMULoader

/// A copy of all bytes that a plugin's table leads to, to find changes.
struct TableSnapshot {
  private var parts: [(name: String, bytes: [UInt8])] = []

  /// Parts with an unreasonable count or size are left out: other rules judge these.
  init(_ table: UnsafePointer<vpmu_plugin_info>) {
    let info = table.pointee
    add("vpmu_plugin_info", table, Int(info.struct_size))
    add("vpmu_ops", info.ops, Int(info.ops?.pointee.struct_size ?? 0))
    add("ranges", info.ranges, Int(info.range_count) * Int(info.range_size))
    add("events", info.events, Int(info.event_count) * Int(info.event_size))
    add("fixed_events", info.fixed_events, Int(info.fixed_event_count) * Int(info.fixed_event_size))
    add("cpuid_vendors", info.cpuid_vendors, Int(info.vendor_count) * MemoryLayout<UnsafePointer<CChar>>.size)
    add("presets", info.presets, Int(info.preset_count) * Int(info.preset_size))
    for (name, text) in [("id", info.id), ("name", info.name), ("version", info.version), ("license", info.license)] {
      add(name, text)
    }
    guard let presets = info.presets, Self.isReasonable(Int(info.preset_count) * Int(info.preset_size)) else { return }
    for n in 0..<Int(info.preset_count) {
      let element = UnsafeRawPointer(presets) + n * Int(info.preset_size)
      let preset = element.loadUnaligned(as: vpmu_preset.self)
      add("the name of preset \(n)", preset.name)
      add("the summary of preset \(n)", preset.summary)
      add("the leaves of preset \(n)", preset.leaves, Int(preset.leaf_count) * Int(preset.leaf_size))
    }
  }

  /// The name of the first part that has changed, nil if none has.
  func firstDifference(from earlier: TableSnapshot) -> String? {
    if parts.count != earlier.parts.count { return "the number of models" }
    return zip(parts, earlier.parts).first { $0.bytes != $1.bytes }?.0.name
  }

  private mutating func add(_ name: String, _ start: UnsafeRawPointer?, _ size: Int) {
    guard let start, Self.isReasonable(size) else { return }
    parts.append((name, Array(UnsafeRawBufferPointer(start: start, count: size))))
  }

  private mutating func add(_ name: String, _ text: UnsafePointer<CChar>?) {
    guard let text else { return }
    parts.append((name, String(cString: text).utf8.map(\.self)))
  }

  private static func isReasonable(_ size: Int) -> Bool { (1...1 << 20).contains(size) }
}

import CVPMU
import VPMULoader

/// The bytes of all that a plugin's table leads to, to see whether they change.
struct TableSnapshot {
  private var parts: [(name: String, bytes: [UInt8])] = []

  /// What counts and sizes lead to; what is beyond reason is left to the rules that judge it.
  init(_ table: UnsafePointer<vpmu_plugin_info>) {
    let info = table.pointee
    add("vpmu_plugin_info", table, Int(info.struct_size))
    add("vpmu_ops", info.ops, Int(info.ops?.pointee.struct_size ?? 0))
    add("ranges", info.ranges, Int(info.range_count) * Int(info.range_size))
    add("events", info.events, Int(info.event_count) * Int(info.event_size))
    add("cpuid_vendors", info.cpuid_vendors, Int(info.vendor_count) * MemoryLayout<UnsafePointer<CChar>>.size)
    add("models", info.models, Int(info.preset_count) * Int(info.preset_size))
    for (name, text) in [("id", info.id), ("name", info.name), ("version", info.version), ("license", info.license)] {
      add(name, text)
    }
    guard let models = info.models, Self.isReasonable(Int(info.preset_count) * Int(info.preset_size)) else { return }
    for n in 0..<Int(info.preset_count) {
      let element = UnsafeRawPointer(models) + n * Int(info.preset_size)
      let model = element.loadUnaligned(as: vpmu_preset.self)
      add("the name of model \(n)", model.name)
      add("the summary of model \(n)", model.summary)
      add("the leaves of model \(n)", model.leaves, Int(model.leaf_count) * Int(model.leaf_size))
    }
  }

  /// The first part that is not what it was.
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

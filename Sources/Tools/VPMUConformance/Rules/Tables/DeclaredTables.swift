import CVPMU
import VPMULoader

/// A plugin's tables with their own numbers. In a loaded plugin's declaration unknown numbers have become "other" and
/// "none".
struct DeclaredTables {
  let info: vpmu_plugin_info
  let ops: vpmu_ops

  /// - Throws: `notApplicable`, if the loader refuses the plugin, whose sizes may then be wrong
  init(_ subject: Subject) throws(Finding) {
    _ = try subject.plugin
    info = try Library(subject.path).table().pointee
    guard let ops = info.ops?.pointee else { throw .notApplicable("ops is NULL") }
    self.ops = ops
  }

  var ranges: [vpmu_register_range] { elements(info.ranges, info.range_count, info.range_size) }

  var events: [vpmu_event_row] { elements(info.events, info.event_count, info.event_size) }

  var fixedEvents: [vpmu_event_row] {
    elements(info.fixed_events, info.fixed_event_count, info.fixed_event_size)
  }

  private func elements<Element: BitwiseCopyable>(
    _ start: UnsafePointer<Element>?, _ count: UInt32, _ size: UInt32
  ) -> [Element] {
    guard let start else { return [] }
    return (0..<Int(count)).map {
      (UnsafeRawPointer(start) + $0 * Int(size)).loadUnaligned(as: Element.self)
    }
  }
}

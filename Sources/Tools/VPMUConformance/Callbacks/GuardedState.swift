import CVPMU
import Glibc
import VPMULoader
import VPMUModel

/// A `vpmu_state` in memory of its own, with patterns wherever a model may not write, for calling callbacks one by one.
///
/// ```
/// pattern │ fields │ pattern (newer core) │ counter, pattern │ counter, pattern │ … │ pattern
/// ```
final class GuardedState {
  /// The layout of the state.
  enum Layout: CaseIterable {
    /// That of this core.
    case current
    /// That of a core with more fields and larger counters, in `counters_offset` and `counter_size`.
    case newer
  }

  let model: PluginModel
  let state: PMUState
  /// The values that the three size fields must keep.
  let sizes: (structure: UInt32, counter: UInt32, countersOffset: UInt32)
  private let memory: UnsafeMutableRawBufferPointer
  private let offset: Int
  private let stride: Int
  /// The ranges of the patterns in `memory`.
  private let guards: [Range<Int>]

  private static let guardSize = 512
  private static let pattern: UInt8 = 0xA5
  private static let counters = Int(VPMU_MAX_GP + VPMU_MAX_FIXED)
  private static let fields = MemoryLayout<vpmu_state>.offset(of: \.counters) ?? 0
  private static let sizeFields = 3 * MemoryLayout<UInt32>.size

  /// All zero but for the three sizes, as before `refresh`.
  init(_ model: PluginModel, layout: Layout = .current) {
    self.model = model
    offset = Self.fields + (layout == .newer ? 64 : 0)
    stride = MemoryLayout<vpmu_counter>.size + (layout == .newer ? 16 : 0)
    let size = offset + Self.counters * stride
    sizes = (UInt32(size), UInt32(stride), UInt32(offset))
    let whole = size + 2 * Self.guardSize
    let start = UnsafeMutableRawPointer.allocate(byteCount: whole, alignment: 64)
    memory = UnsafeMutableRawBufferPointer(start: start, count: whole)
    state = PMUState((start + Self.guardSize).assumingMemoryBound(to: vpmu_state.self))
    guards = Self.guards(offset: offset, stride: stride, whole: whole)
    memset(start, 0, whole)
    for range in guards { memset(start + range.lowerBound, Int32(Self.pattern), range.count) }
    state.fields.struct_size = sizes.structure
    state.fields.counter_size = sizes.counter
    state.fields.counters_offset = sizes.countersOffset
  }

  deinit { memory.deallocate() }

  /// `refresh`; false: the model refuses the configuration.
  func refresh(_ preset: Preset, limits: HostLimits = .ample) -> Bool {
    model.refresh(state, guest: preset.configuration, host: limits)
  }

  /// `refresh` and `reset`, as the core makes a virtual CPU.
  func start(_ preset: Preset, limits: HostLimits = .ample) -> Bool {
    guard refresh(preset, limits: limits) else { return false }
    model.reset(state)
    return true
  }

  // MARK: Contents

  /// Every byte of the state and of the patterns.
  var bytes: [UInt8] { Array(memory) }

  /// The fields behind the sizes and all counters, whatever the layout.
  var contents: [UInt8] {
    let fields = Self.fields - Self.sizeFields
    let counter = MemoryLayout<vpmu_counter>.size
    return [UInt8](unsafeUninitializedCapacity: fields + Self.counters * counter) { bytes, count in
      guard let target = bytes.baseAddress else { return }
      let start = UnsafeRawPointer(state.pointer)
      memcpy(target, start + Self.sizeFields, fields)
      for n in 0..<Self.counters { memcpy(target + fields + n * counter, start + offset + n * stride, counter) }
      count = bytes.count
    }
  }

  /// The offset, from the start of the state, of the first byte that was written outside the fields; nil if none was.
  var firstDamage: Int? {
    let start = UnsafeRawPointer(state.pointer) - Self.guardSize
    for range in guards where !range.isEmpty {
      let bytes = start + range.lowerBound
      // The first byte is the pattern, and each of the others is equal to the one before it.
      if memory[range.lowerBound] == Self.pattern, memcmp(bytes, bytes + 1, range.count - 1) == 0 { continue }
      return range.first { memory[$0] != Self.pattern }.map { $0 - Self.guardSize }
    }
    return nil
  }

  /// The name of a size field that a model has changed, nil if none.
  var changedSize: String? {
    if state.fields.struct_size != sizes.structure { return "struct_size" }
    if state.fields.counter_size != sizes.counter { return "counter_size" }
    return state.fields.counters_offset != sizes.countersOffset ? "counters_offset" : nil
  }

  /// Before the fields, behind them, behind each counter, and after the last one.
  private static func guards(offset: Int, stride: Int, whole: Int) -> [Range<Int>] {
    let counter = MemoryLayout<vpmu_counter>.size
    let inside = (0..<counters).map { n in
      let start = guardSize + offset + n * stride
      return start + counter..<start + stride
    }
    return [0..<guardSize, guardSize + fields..<guardSize + offset] + inside + [whole - guardSize..<whole]
  }
}

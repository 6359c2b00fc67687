import CVPMU
import VPMULoader
import VPMUModel

/// A `vpmu_state` in memory of its own, with patterns wherever a model may not write, for calling callbacks one by one.
///
/// ```
/// pattern │ fields │ pattern (newer core) │ counter, pattern │ counter, pattern │ … │ pattern
/// ```
final class GuardedState {
  /// How the core that made the state lays it out.
  enum Layout {
    /// As this one.
    case current
    /// As one that knows more fields and larger counters: `counters_offset` and `counter_size` say so.
    case newer
  }

  let model: PluginModel
  let state: PMUState
  private let memory: UnsafeMutableRawBufferPointer
  private let fields: Int
  private let offset: Int
  private let stride: Int

  private static let guardSize = 512
  private static let pattern: UInt8 = 0xA5
  private static let counters = Int(VPMU_MAX_GP + VPMU_MAX_FIXED)

  /// All zero but for the three sizes, as before `refresh`.
  init(_ model: PluginModel, layout: Layout = .current) {
    self.model = model
    fields = MemoryLayout<vpmu_state>.offset(of: \.counters) ?? 0
    offset = layout == .newer ? fields + 64 : fields
    stride = MemoryLayout<vpmu_counter>.size + (layout == .newer ? 16 : 0)
    let size = offset + Self.counters * stride
    sizes = (UInt32(size), UInt32(stride), UInt32(offset))
    let whole = size + 2 * Self.guardSize
    let start = UnsafeMutableRawPointer.allocate(byteCount: whole, alignment: 64)
    memory = UnsafeMutableRawBufferPointer(start: start, count: whole)
    state = (start + Self.guardSize).assumingMemoryBound(to: vpmu_state.self)
    for index in memory.indices { memory[index] = isGuard(index) ? Self.pattern : 0 }
    state.pointee.struct_size = sizes.structure
    state.pointee.counter_size = sizes.counter
    state.pointee.counters_offset = sizes.countersOffset
  }

  /// The three size fields as they must stay.
  let sizes: (structure: UInt32, counter: UInt32, countersOffset: UInt32)

  deinit { memory.deallocate() }

  /// `refresh` and `reset`, as the core makes a virtual CPU. False: the model refuses the configuration.
  func start(_ preset: ModelPreset, limits: HostLimits = .ample) -> Bool {
    guard model.refresh(state, guest: preset.configuration, host: limits) else { return false }
    model.reset(state)
    return true
  }

  /// Every byte of the state and around it.
  var bytes: [UInt8] { Array(memory) }

  /// The offset, from the start of the state, of the first byte that was written where nothing may be; nil: none was.
  var firstDamage: Int? {
    memory.indices.first { isGuard($0) && memory[$0] != Self.pattern }.map { $0 - Self.guardSize }
  }

  /// What a model has changed in the size fields, nil if nothing.
  var changedSize: String? {
    if state.pointee.struct_size != sizes.structure { return "struct_size" }
    if state.pointee.counter_size != sizes.counter { return "counter_size" }
    return state.pointee.counters_offset != sizes.countersOffset ? "counters_offset" : nil
  }

  private func isGuard(_ index: Int) -> Bool {
    let place = index - Self.guardSize
    if place < 0 || place >= offset + Self.counters * stride { return true }
    if place < offset { return place >= fields }
    return (place - offset) % stride >= MemoryLayout<vpmu_counter>.size
  }
}

import CVPMU
import VPMUModel

/// The core's memory of one virtual CPU beside registers and counters.
///
/// One allocation holds, in this order, the block, the `vpmu_state`, and the counters.
@usableFromInline
struct VCPUBlock<Policy: EventPolicy> {
  /// The number of the bound thread.
  @usableFromInline var thread: UInt64 = 0
  /// The counters that exist and their widths, checked.
  @usableFromInline var shape = CheckedShape()
  /// The counters whose event counts for them (``EventPhase/counting``).
  @usableFromInline var counting: UInt64 = 0
  @usableFromInline var requests = Requests()
  /// The callbacks that the model has in place of its tables.
  @usableFromInline var callbacks: ModelCallbacks = []
  @usableFromInline var filter: EventFilter?
  @usableFromInline var statistics = HostEventStatistics()
  @usableFromInline var refusals = RefusalCounts()
  @usableFromInline var pluginFaults = PluginFaults()
  @usableFromInline var policy: Policy.VCPUState = Policy.vcpuState

  @inlinable
  init() {}

  @inlinable
  static var stateOffset: Int { (MemoryLayout<Self>.size + 63) & ~63 }
  @inlinable
  static var countersOffset: Int { (stateOffset + MemoryLayout<vpmu_state>.size + 63) & ~63 }

  @inlinable
  static func allocate(counters count: Int) -> UnsafeMutablePointer<Self> {
    let size = countersOffset + count * MemoryLayout<Counter<Policy.CounterState>>.stride
    let memory = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 64)
    let block = memory.bindMemory(to: Self.self, capacity: 1)
    block.initialize(to: Self())
    (memory + stateOffset).bindMemory(to: vpmu_state.self, capacity: 1).initialize(to: vpmu_state())
    (memory + countersOffset).bindMemory(to: Counter<Policy.CounterState>.self, capacity: count)
      .initialize(repeating: Counter(policy: Policy.counterState), count: count)
    return block
  }

  @inlinable
  static func state(of block: UnsafeMutablePointer<Self>) -> PMUState {
    PMUState((UnsafeMutableRawPointer(block) + stateOffset).assumingMemoryBound(to: vpmu_state.self))
  }

  @inlinable
  static func counters(of block: UnsafeMutablePointer<Self>) -> UnsafeMutablePointer<Counter<Policy.CounterState>> {
    (UnsafeMutableRawPointer(block) + countersOffset).assumingMemoryBound(to: Counter<Policy.CounterState>.self)
  }

  @inlinable
  static func deallocate(_ block: UnsafeMutablePointer<Self>) {
    block.deinitialize(count: 1)
    UnsafeMutableRawPointer(block).deallocate()
  }
}

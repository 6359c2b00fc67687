import CVPMU
import VPMUCore
import VPMUModel

/// Calls `body` with a state as a core makes it for `refresh`: all zero but for its sizes.
public func withState<Result>(_ body: (PMUState) throws -> Result) rethrows -> Result {
  let state = PMUState.allocate(capacity: 1)
  defer { state.deallocate() }
  state.initialize(to: vpmu_state())
  state.pointee.struct_size = UInt32(MemoryLayout<vpmu_state>.size)
  state.pointee.counter_size = UInt32(MemoryLayout<vpmu_counter>.stride)
  state.pointee.counters_offset = UInt32(MemoryLayout<vpmu_state>.offset(of: \.counters) ?? 0)
  return try body(state)
}

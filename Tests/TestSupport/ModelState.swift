import CVPMU
import VPMUModel

/// Calls `body` with a state as a core makes it for `refresh`: all zero but for its sizes.
public func withState<Result>(_ body: (PMUState) throws -> Result) rethrows -> Result {
  let memory = UnsafeMutablePointer<vpmu_state>.allocate(capacity: 1)
  defer { memory.deallocate() }
  memory.initialize(to: vpmu_state())
  memory.pointee.struct_size = UInt32(MemoryLayout<vpmu_state>.size)
  memory.pointee.counter_size = UInt32(MemoryLayout<vpmu_counter>.stride)
  memory.pointee.counters_offset = UInt32(MemoryLayout<vpmu_state>.offset(of: \.counters) ?? 0)
  return try body(PMUState(memory))
}

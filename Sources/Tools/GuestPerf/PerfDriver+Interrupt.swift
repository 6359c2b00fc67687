import VPMUCore
import VPMUModel

/// The driver's handler of a performance-monitoring interrupt.
extension PerfDriver {
  /// Most times that the handler looks for further overflows: a counter that overflows at once must not keep it for
  /// ever.
  @usableFromInline static var mostLooks: Int { 100 }

  /// Handles a PMI: each counter that overflowed is sampled and starts its next period.
  ///
  /// - Returns: the bits of the counters that had overflowed; 0: none had, the interrupt was for nothing
  @inlinable
  public func handlePMI(_ set: CounterSet, _ port: inout some GuestPort) -> UInt64 {
    if let global { return handle(set, global, &port) }
    return handleEach(set, &port)
  }

  @inlinable
  func handle(_ set: CounterSet, _ global: GlobalRegisters, _ port: inout some GuestPort) -> UInt64 {
    port.wrmsr(global.control, 0)
    var overflowed: UInt64 = 0
    var status = port.rdmsr(global.status)
    var looks = 0
    while status != 0 && looks < Self.mostLooks {
      port.wrmsr(global.statusClear, status)
      for counter in set.counters where status & counter.registers.pmc.bit != 0 { sample(counter, &port) }
      overflowed |= status
      status = port.rdmsr(global.status)
      looks += 1
    }
    port.wrmsr(global.control, allCounters)
    return overflowed
  }

  @inlinable
  func handleEach(_ set: CounterSet, _ port: inout some GuestPort) -> UInt64 {
    for counter in set.counters { port.wrmsr(counter.registers.control, counter.disabled) }
    var overflowed: UInt64 = 0
    for counter in set.counters where read(counter, &port) & counter.topBit == 0 {
      port.wrmsr(counter.registers.value, counter.preset)
      overflowed |= counter.registers.pmc.bit
    }
    for counter in set.counters { port.wrmsr(counter.registers.control, counter.enabled) }
    return overflowed
  }

  @inlinable
  func sample(_ counter: ProgrammedCounter, _ port: inout some GuestPort) {
    _ = read(counter, &port)
    port.wrmsr(counter.registers.value, counter.preset)
  }
}

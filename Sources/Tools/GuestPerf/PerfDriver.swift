/// What a perf driver in a guest does, access by access: the traffic that a virtual PMU is judged by.
///
/// The driver knows no vendor and no MSR number. It finds its registers in what a model declares (``RegisterMap``), and
/// follows one of two protocols (``PerfDriver``), as its hardware has a global control register or not.
///
/// | file | idea |
/// |---|---|
/// | `Usage` | the four things that guests do with a PMU |
/// | `GuestPort` | where accesses go |
/// | `RegisterMap` | registers by their role |
/// | `GuestEvent` | what one counter is to count |
/// | `CounterSet` | the events that are on the counters at a time, with their register values worked out |
/// | `PerfDriver`, `+Interrupt` | program, stop, read; the PMI handler |
///
/// The events on the counters are exchanged by the driver's user: stop one ``CounterSet``, program the next.
import VPMUCore
import VPMUModel

/// A guest's perf driver. It has two protocols:
///
/// | | with a global control register | without |
/// |---|---|---|
/// | stop all counters | write 0 to it | write each event select, disabled |
/// | find what overflowed | read the status register, until it is 0 | read each counter: its highest bit is clear |
/// | start all counters | write all bits to it | write each event select, enabled |
///
/// None of its operations allocates: they are timed.
public struct PerfDriver: Sendable {
  public let global: GlobalRegisters?
  /// Global control with every counter on.
  @usableFromInline let allCounters: UInt64

  public init(_ map: RegisterMap) {
    global = map.global
    allCounters = map.allCounters
  }

  /// Puts a set of events on the counters and lets them count.
  @inlinable
  public func program(_ set: CounterSet, _ port: inout some GuestPort) {
    if let global { port.wrmsr(global.control, 0) }
    for counter in set.counters {
      port.wrmsr(counter.registers.value, counter.preset)
      port.wrmsr(counter.registers.control, counter.enabled)
    }
    if let global { port.wrmsr(global.control, allCounters) }
  }

  /// Takes a set of events off the counters, reading each for the last time.
  @inlinable
  public func stop(_ set: CounterSet, _ port: inout some GuestPort) {
    if let global { port.wrmsr(global.control, 0) }
    for counter in set.counters {
      port.wrmsr(counter.registers.control, counter.disabled)
      _ = read(counter, &port)
    }
    if let global { port.wrmsr(global.control, allCounters) }
  }

  /// Reads an event that counts, all counters standing still meanwhile where one write can do that.
  ///
  /// - Returns: the counter's value
  @inlinable
  public func readStopped(_ counter: ProgrammedCounter, _ port: inout some GuestPort) -> UInt64 {
    guard let global else { return read(counter, &port) }
    port.wrmsr(global.control, 0)
    let value = read(counter, &port)
    port.wrmsr(global.control, allCounters)
    return value
  }

  /// Reads a counter as it is.
  @inlinable
  public func read(_ counter: ProgrammedCounter, _ port: inout some GuestPort) -> UInt64 {
    guard let selector = counter.registers.selector else { return port.rdmsr(counter.registers.value) }
    return port.rdpmc(selector)
  }
}

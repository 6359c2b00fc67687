import GuestPerf
import VPMUCore
import VPMUModel

/// The virtual CPU that a guest's driver runs on, as a round drives it: on the calling thread (``ThreadCPU``), or of a
/// ``BenchMachine``.
package protocol BenchCPU {
  associatedtype Model: PMUModel
  associatedtype Base: HostEvents
  associatedtype Policy: EventPolicy
  associatedtype Work: GuestWork

  var pmu: BenchPMU<Model, Base, Policy> { get }
  var work: Work { get }
  /// The guest's registers, as it found them.
  var map: RegisterMap { get }

  /// Ticks in a second of the clock that the guest itself times by; nil: times are the calling thread's.
  var clockFrequency: UInt64? { get }

  /// Puts a set of events on the counters.
  mutating func program(_ set: CounterSet) throws(BenchError)

  /// Takes it off again. PMIs that were still under way are handled, and noted in `tally`.
  mutating func stop(_ set: CounterSet, _ tally: inout RoundTally) throws(BenchError)

  /// The guest works for so many slices; nothing of it interrupts.
  mutating func run(slices: UInt64) throws(BenchError)

  /// The guest works for a while and handles what PMIs come; their times are noted in `tally`.
  ///
  /// - Returns: the bits of counters that have overflowed
  mutating func sample(_ set: CounterSet, _ tally: inout RoundTally) throws(BenchError) -> UInt64

  /// Reads a counter as it is.
  mutating func read(_ counter: ProgrammedCounter) throws(BenchError) -> UInt64

  /// Reads an event that counts.
  ///
  /// - Returns: what that took, in ns
  mutating func timeRead(_ counter: ProgrammedCounter) throws(BenchError) -> UInt64

  /// A new time slice of the vCPU begins.
  mutating func scheduledIn() throws(BenchError)

  /// From here on what is asked of the hypervisor is part of the measurement.
  mutating func begin() throws(BenchError)

  /// The end of it: notes what that was.
  mutating func end(_ tally: inout RoundTally) throws(BenchError)
}

extension BenchCPU {
  package var clockFrequency: UInt64? { nil }

  /// Whether a counter counts.
  func state(of pmc: PMCIndex) throws(BenchError) -> CounterState {
    do throws(VPMUError) { return try pmu.vpmu.counterState(pmc) } catch { throw .vpmu(error) }
  }
}

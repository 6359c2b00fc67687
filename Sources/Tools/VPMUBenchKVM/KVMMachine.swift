import KVMPMU
import VPMUBench
import VPMUCore
import VPMUModel

/// How guests are run behind /dev/kvm.
public struct KVMMachine: BenchMachine {
  public var counting: GuestCounting
  /// Overflows are found by the counts at each entry, as their notifications may not come while a guest runs.
  public var looksAtCounts: Bool

  public init(counting: GuestCounting, looksAtCounts: Bool) {
    self.counting = counting
    self.looksAtCounts = looksAtCounts
  }

  public var name: String { "kvm" }

  public func makeCPU<Model: PMUModel, Base: HostEvents, Policy: EventPolicy, Work: GuestWork>(
    _ guest: BenchGuest<Model>, _ pmu: BenchPMU<Model, Base, Policy>, _ work: Work, plan: UsagePlan?
  ) throws(BenchError) -> MachineCPU { MachineCPU(try KVMCPU(guest, pmu, work, self, plan: plan)) }

  /// Rounds of the guest's loop with cache misses that are one slice: some microseconds, as its time is on most
  /// processors. Its exact length does not matter, for periods are chosen by what is counted in it.
  static var sliceRounds: UInt64 { 400 }

  /// Slices from one entry of the guest to the next. Nothing interrupts it in between, so a PMI is late by up to as
  /// much.
  static var slicesAtATime: UInt64 { 10 }

  /// Exits that are timed at the end of each round.
  static var timedExits: Int { 25 }
}

import GuestPerf
import VPMUCore

/// What one usage came to under one policy, on one guest.
public struct BenchResult: Sendable {
  /// The model's short name.
  public var vendor: String
  /// The preset's name.
  public var model: String
  public var usage: Usage
  public var policy: PolicyKind
  /// `perf`, `perf-software` or `simulated`.
  public var host: String
  /// What the guest ran on: `kvm` or `thread`.
  public var guest: String

  /// PMIs that were handled, of *count*: reads.
  public var pmis: Int
  /// PMIs that found nothing to handle; not among `pmis`, nor their times among `handler`.
  public var spuriousPMIs: UInt64
  /// The guest's PMI handler from its first to its last access, of *count*: one read. Entering the guest is included.
  public var handler: TimeSummary

  public var created: UInt64
  public var reused: UInt64
  public var released: UInt64
  public var refused: UInt64
  public var causes: CreationCauses
  /// Host events still held 20 ms after the guest stopped using its PMU.
  public var heldAfter: UInt64
  public var rotations: UInt64
  /// From the first access of the guest to its last PMI. The times were measured in rounds of their own.
  public var operations: HostOperations
  /// What it came to once all that the guest counts had been on the counters; nil: the round ended before.
  public var steady: SteadyResult?
  /// Nil of a guest on a thread.
  public var kvm: KVMResult?

  /// The events on the counters.
  public var events: [String]
  /// What did not go as it should: counters that did not count, with the reason; PMIs that did not come.
  public var notes: [String]
  /// The same, under `recreate`, nil if that was not measured.
  public var comparison: BenchComparison?

  /// Exits of the PMU for each PMI, in hundredths; nil of a guest on a thread.
  public var exitsPerPMI: UInt64? { kvm.map { pmis == 0 ? 0 : $0.costs.exits &* 100 / UInt64(pmis) } }

  /// Host operations for each PMI, in hundredths.
  public var hostOperationsPerPMI: UInt64 { pmis == 0 ? 0 : operations.total &* 100 / UInt64(pmis) }
}

/// What the host had to do in the steady state: of multiplex after the first full rotation, else after the first PMI or
/// read.
public struct SteadyResult: Sendable, Equatable {
  /// PMIs, of *count*: reads.
  public var pmis: Int
  /// Host events made.
  public var created: UInt64
  /// System calls of the vPMU for its events, for each PMI, in hundredths. Closing an event is not among them. Nil: the
  /// host makes none.
  public var systemCallsPerPMI: UInt64?
  /// Signals of overflows, for each PMI, in hundredths. Nil: the host sends none.
  public var interruptsPerPMI: UInt64?

  init?(_ effort: HostEffort, pmis: Int, isReal: Bool) {
    guard pmis > 0 else { return nil }
    self.pmis = pmis
    created = effort.created
    systemCallsPerPMI = isReal ? effort.systemCalls &* 100 / UInt64(pmis) : nil
    interruptsPerPMI = isReal ? effort.interrupts &* 100 / UInt64(pmis) : nil
  }
}

/// What the hypervisor had to do for a result.
public struct KVMResult: Sendable, Equatable {
  /// Over the same time as ``BenchResult/operations``, which do not contain them.
  public var costs: KVMCosts
  /// An exit to this process and back, as the guest sees it, in ns: median. The vPMU has nothing to do in it.
  public var exitTime: UInt64
}

/// A result in proportion to that of `recreate`.
public struct BenchComparison: Sendable, Equatable {
  /// Host events created for each PMI, in hundred-thousandths: 50000 is half.
  public var created: UInt64
  /// In thousandths, as the next.
  public var handlerMedian: UInt64
  public var handlerMean: UInt64

  /// Nil where there is nothing to compare with.
  init?(_ result: BenchResult, to base: BenchResult) {
    guard result.pmis > 0, base.pmis > 0, base.created > 0, base.handler.median > 0, base.handler.mean > 0 else {
      return nil
    }
    created = result.created &* UInt64(base.pmis) &* 100_000 / (base.created &* UInt64(result.pmis))
    handlerMedian = result.handler.median &* 1000 / base.handler.median
    handlerMean = result.handler.mean &* 1000 / base.handler.mean
  }
}

/// All that a bench found.
public struct BenchReport: Sendable {
  /// Which host, and why, in one sentence.
  public var hostReason: String
  /// What a reading of the clock costs, in ns: times contain it once, and are not corrected for it.
  public var clockCost: UInt64
  /// For each guest and usage that can't be measured here: why.
  public var skipped: [String]
  /// For each event of a guest's model that does not count here: why.
  public var excluded: [String]
  public var results: [BenchResult]
}

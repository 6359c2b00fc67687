import VPMUTrace

/// Results for programs: JSON Lines, an object for each result.
///
/// Times are in ns. `creations` tells by cause, `host_ns` is the mean time of one host operation by kind (null: none
/// was timed), `host_ops` their numbers; `created_ratio`, `handler_median_ratio` and `handler_mean_ratio` are
/// proportions to `recreate` (null: there is nothing to compare with).
///
/// `created_steady`, `syscalls_per_pmi` and `interrupts_per_pmi` are of the steady state (``SteadyResult``); null: it
/// was not reached, or the host makes no system calls.
///
/// `guest` is `kvm` or `thread`. Of a guest behind /dev/kvm, `exits_per_pmi` are exits of the PMU, `exit_ns` is what
/// one takes, there and back, and `kvm_calls` counts what was asked of KVM, apart from host operations; of one on a
/// thread these are null, null and empty.
public enum BenchJSON {
  /// One line for each result, without line feeds.
  public static func lines(_ report: BenchReport) -> [String] { report.results.map { line($0, report) } }

  static func line(_ result: BenchResult, _ report: BenchReport) -> String {
    var object = JSONWriter()
    object.string("vendor", result.vendor)
    object.string("model", result.model)
    object.string("usage", result.usage.rawValue)
    object.string("policy", result.policy.rawValue)
    object.string("host", result.host)
    object.string("guest", result.guest)
    object.count("pmis", result.pmis)
    object.count("handler_ns_min", result.handler.minimum)
    object.count("handler_ns_median", result.handler.median)
    object.count("handler_ns_mean", result.handler.mean)
    object.count("handler_ns_p99", result.handler.p99)
    object.count("created", result.created)
    object.count("reused", result.reused)
    object.count("released", result.released)
    object.number("created_steady", result.steady.map { FixedPoint(whole: $0.created) })
    object.number("syscalls_per_pmi", result.steady?.systemCallsPerPMI.map { FixedPoint(hundredths: $0) })
    object.number("interrupts_per_pmi", result.steady?.interruptsPerPMI.map { FixedPoint(hundredths: $0) })
    object.count("held_after", result.heldAfter)
    object.number("host_ops_per_pmi", FixedPoint(hundredths: result.hostOperationsPerPMI))
    object.number("exits_per_pmi", result.exitsPerPMI.map { FixedPoint(hundredths: $0) })
    object.number("exit_ns", result.kvm.map { FixedPoint(whole: $0.exitTime) })
    object.object("kvm_calls") { calls in
      for (name, count) in result.kvm?.costs.named ?? [] { calls.count(name, count) }
    }
    object.count("rotations", result.rotations)
    object.count("refused", result.refused)
    object.count("spurious_pmis", result.spuriousPMIs)
    object.object("creations") { creations in
      for cause in CreationCause.allCases { creations.count(cause.name, result.causes[cause]) }
    }
    object.object("host_ops") { operations in
      for kind in HostOperation.allCases { operations.count(kind.name, result.operations.count(kind)) }
    }
    object.object("host_ns") { operations in
      for kind in HostOperation.allCases {
        operations.number(kind.name, result.operations.meanTime(kind).map { FixedPoint(whole: $0) })
      }
    }
    object.number("created_ratio", result.comparison.map { FixedPoint(hundredThousandths: $0.created) })
    object.number("handler_median_ratio", result.comparison.map { FixedPoint(thousandths: $0.handlerMedian) })
    object.number("handler_mean_ratio", result.comparison.map { FixedPoint(thousandths: $0.handlerMean) })
    object.count("clock_ns", report.clockCost)
    object.strings("events", result.events)
    object.strings("notes", result.notes)
    return object.finished
  }
}

/// Results for programs: JSON Lines, an object for each result.
///
/// Times are in ns. `creations` tells by cause, `host_ns` is the mean time of one host operation by kind (null: none was
/// timed), `host_ops` their numbers; `created_ratio`, `handler_median_ratio` and `handler_mean_ratio` are proportions to
/// `recreate` (null: there is nothing to compare with).
public enum BenchJSON {
  /// One line for each result, without line feeds.
  public static func lines(_ report: BenchReport) -> [String] { report.results.map { line($0, report) } }

  static func line(_ result: BenchResult, _ report: BenchReport) -> String {
    var object = JSONObject()
    object.add("vendor", result.vendor)
    object.add("model", result.model)
    object.add("usage", result.usage.rawValue)
    object.add("policy", result.policy.rawValue)
    object.add("host", result.host)
    object.add("pmis", result.pmis)
    object.add("handler_ns_min", result.handler.minimum)
    object.add("handler_ns_median", result.handler.median)
    object.add("handler_ns_mean", result.handler.mean)
    object.add("handler_ns_p99", result.handler.p99)
    object.add("created", result.created)
    object.add("reused", result.reused)
    object.add("released", result.released)
    object.add("held_after", result.heldAfter)
    object.add("host_ops_per_pmi", FixedPoint(hundredths: result.hostOperationsPerPMI))
    object.add("rotations", result.rotations)
    object.add("refused", result.refused)
    object.add("spurious_pmis", result.spuriousPMIs)
    object.add("creations", creations(result.causes))
    object.add("host_ops", operations { result.operations.count($0) })
    object.add("host_ns", operations { result.operations.meanTime($0) })
    object.add("created_ratio", result.comparison.map { FixedPoint(hundredThousandths: $0.created) })
    object.add("handler_median_ratio", result.comparison.map { FixedPoint(thousandths: $0.handlerMedian) })
    object.add("handler_mean_ratio", result.comparison.map { FixedPoint(thousandths: $0.handlerMean) })
    object.add("clock_ns", report.clockCost)
    object.add("events", result.events)
    object.add("notes", result.notes)
    return object.line
  }

  private static func creations(_ causes: CreationCauses) -> JSONObject {
    var object = JSONObject()
    for cause in CreationCause.allCases { object.add(cause.name, causes[cause]) }
    return object
  }

  private static func operations(_ value: (HostOperation) -> UInt64?) -> JSONObject {
    var object = JSONObject()
    for kind in HostOperation.allCases { object.add(kind.name, value(kind).map { FixedPoint(whole: $0) }) }
    return object
  }
}

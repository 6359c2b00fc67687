import VPMUCore
import VPMULoader
import VPMUModel
import VPMUTrace

/// Nanoseconds per operation of a trace, on the simulated host.
public struct ReplayResult: Sendable {
  /// The trace's file.
  public var file: String
  public var policy: PolicyKind
  /// Times that the whole trace was replayed.
  public var repeats: Int
  /// Operations of one replay.
  public var operations: Int
  /// Time of one operation in hundredths of a ns: of the replay in the middle, when they are ordered by their time.
  /// Making the virtual PMU and reading the file are not in it.
  public var medianTime: UInt64
  /// The same, mean over all replays.
  public var meanTime: UInt64
  /// The same, of the fastest replay.
  public var bestTime: UInt64
  /// Answers that differ from the trace, in all repeats; anything but 0 makes the times worthless.
  public var mismatches: UInt64
  /// The first one, for people.
  public var firstMismatch: String?
}

/// Replays traces again and again, by turns.
public struct ReplayBench: Sendable {
  public let traces: [CompiledTrace]
  public let repeats: Int

  /// Reads and compiles the traces.
  ///
  /// - Parameter repeats: 1 or more
  /// - Throws: ``BenchError/trace(reason:)``
  public init(_ paths: [String], repeats: Int) throws(BenchError) {
    self.repeats = max(1, repeats)
    var traces: [CompiledTrace] = []
    for path in paths {
      do throws(TraceError) {
        traces.append(CompiledTrace(try Trace(contentsOf: path)))
      } catch { throw .trace(reason: "\(error)") }
    }
    self.traces = traces
  }

  /// - Parameter model: the model for the short name in a trace's `vendor`
  /// - Throws: ``BenchError``
  public func run(
    policy: PolicyKind, model: (_ vendor: String) throws -> PluginModel
  ) throws(BenchError) -> [ReplayResult] { try measure(policy: policy, model: model) }

  /// The same, with models of any kind.
  package func measure<Model: PMUModel>(
    policy: PolicyKind, model: (_ vendor: String) throws -> Model
  ) throws(BenchError) -> [ReplayResult] {
    var models: [Model] = []
    for trace in traces {
      let configuration = trace.trace.configuration
      do {
        models.append(try model(configuration.vendor))
      } catch {
        throw .noModel(file: trace.trace.file, vendor: configuration.vendor, reason: "\(error)")
      }
    }
    do {
      return try policy.accept(ReplayLoop(traces: traces, models: models, repeats: repeats, kind: policy))
    } catch let error as VPMUError { throw .vpmu(error) } catch { throw .trace(reason: "\(error)") }
  }
}

struct ReplayLoop<Model: PMUModel>: PolicyKind.Visitor {
  let traces: [CompiledTrace]
  let models: [Model]
  let repeats: Int
  let kind: PolicyKind

  init(traces: [CompiledTrace], models: [Model], repeats: Int, kind: PolicyKind) {
    self.traces = traces
    self.models = models
    self.repeats = repeats
    self.kind = kind
  }

  func visit<Policy: EventPolicy>(_ policy: Policy) throws -> [ReplayResult] {
    let replayers = zip(traces, models).map { TraceReplayer($0, model: $1, policy: policy) }
    var timings = [ReplayTiming](repeating: ReplayTiming(repeats), count: replayers.count)
    for _ in 0..<repeats {
      for place in replayers.indices {
        let machine = try replayers[place].makeMachine()
        let start = Clock.now()
        try replayers[place].run(on: machine, &timings[place].log)
        timings[place].add(Clock.now() &- start)
      }
    }
    return zip(traces, timings).map { $1.result($0, kind, repeats) }
  }
}

struct ReplayTiming {
  var log = MismatchLog(keeping: 1)
  private var times: Samples

  /// Replays beyond the first million do not count.
  init(_ repeats: Int) { times = Samples(capacity: min(repeats, 1_000_000)) }

  mutating func add(_ time: UInt64) { times.add(time) }

  func result(_ trace: CompiledTrace, _ policy: PolicyKind, _ repeats: Int) -> ReplayResult {
    let operations = UInt64(max(1, trace.operationCount))
    let summary = times.summary
    return ReplayResult(
      file: trace.trace.file, policy: policy, repeats: repeats, operations: trace.operationCount,
      medianTime: summary.median &* 100 / operations, meanTime: summary.mean &* 100 / operations,
      bestTime: summary.minimum &* 100 / operations,
      mismatches: log.count, firstMismatch: log.first.first.map { "\($0)" })
  }
}

extension ReplayResult {
  /// For programs: one JSON object, without a line feed. `ns_per_op` is that of the replay in the middle.
  public var json: String {
    var object = JSONWriter()
    object.string("file", file)
    object.string("policy", policy.rawValue)
    object.string("host", "simulated")
    object.count("repeats", repeats)
    object.count("operations", operations)
    object.number("ns_per_op", FixedPoint(hundredths: medianTime))
    object.number("ns_per_op_mean", FixedPoint(hundredths: meanTime))
    object.number("ns_per_op_best", FixedPoint(hundredths: bestTime))
    object.count("mismatches", mismatches)
    return object.finished
  }

  /// For people: a line for each result.
  public static func table(_ results: [ReplayResult]) -> String {
    let rows = results.map {
      [
        $0.file, $0.policy.rawValue, "\($0.operations)", "\($0.repeats)", "\(FixedPoint(hundredths: $0.medianTime))",
        "\(FixedPoint(hundredths: $0.meanTime))",
        "\(FixedPoint(hundredths: $0.bestTime))", "\($0.mismatches)",
      ]
    }
    let columns = ["file", "policy", "operations", "repeats", "ns/op", "mean", "best", "mismatches"]
    let notes = results.compactMap(\.firstMismatch).map { "! \($0)" }
    return (BenchTable.aligned([columns] + rows) + notes).joined(separator: "\n")
  }
}

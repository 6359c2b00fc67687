import VPMUCore
import VPMUModel

/// The outcome of one file's replay.
public struct FileReplay: Sendable {
  public var file: String
  /// Operations replayed; 0 if the file could not be.
  public var operations: Int
  /// Answers that this policy does not share with the trace.
  public var notCompared: UInt64
  public var mismatches: MismatchLog
  /// What the plugin returned that can't be, nil if nothing.
  public var pluginFaults: String?
  /// Why the file could not be replayed, nil if it was.
  public var failure: String?
}

/// The replay of many files under one policy, for people and for programs.
public struct ReplayReport: Sendable {
  public let policy: PolicyKind
  public private(set) var files: [FileReplay] = []

  /// Replays each file on the simulated host. A file that can't be read, or has no model, or whose CPUID the model
  /// refuses, is a failure in the report; the others are replayed all the same.
  ///
  /// - Parameters:
  ///   - model: the model for the short name in a trace's `vendor`; what it throws becomes the file's failure
  ///   - detailLimit: mismatches kept with their details, for each file
  ///   - onFile: called after each file, for progress
  public init(
    replaying paths: [String], policy: PolicyKind, detailLimit: Int = 100,
    model: (_ vendor: String) throws -> any PMUModel, onFile: (FileReplay) -> Void = { _ in }
  ) {
    self.policy = policy
    for path in paths {
      let file = Self.replay(path, policy, detailLimit, model)
      files.append(file)
      onFile(file)
    }
  }

  /// Files that were replayed.
  public var replayed: Int { files.count - failures }

  /// Files that could not be.
  public var failures: Int { files.count { $0.failure != nil } }

  public var operations: Int { files.reduce(0) { $0 &+ $1.operations } }

  public var notCompared: UInt64 { files.reduce(0) { $0 &+ $1.notCompared } }

  public var mismatches: UInt64 { files.reduce(0) { $0 &+ $1.mismatches.count } }

  /// Every file was replayed, there was at least one, no answer differs, and no plugin returned what can't be.
  public var isClean: Bool {
    replayed > 0 && failures == 0 && mismatches == 0 && files.allSatisfy { $0.pluginFaults == nil }
  }

  private static func replay(
    _ path: String, _ policy: PolicyKind, _ limit: Int, _ model: (String) throws -> any PMUModel
  ) -> FileReplay {
    var result = FileReplay(file: path, operations: 0, notCompared: 0, mismatches: MismatchLog(keeping: limit))
    do {
      let compiled = CompiledTrace(try Trace(contentsOf: path))
      let model = try model(compiled.trace.configuration.vendor)
      let notCompared = compiled.notCompared(under: policy)
      (result.mismatches, result.pluginFaults) = try replay(compiled, policy, limit, model)
      result.operations = compiled.operationCount
      result.notCompared = notCompared
    } catch let error as TraceError {
      result.failure = "\(error)"
    } catch {
      result.failure = "\(path): can't be replayed: \(error)"
    }
    return result
  }

  private static func replay<Model: PMUModel>(
    _ trace: CompiledTrace, _ policy: PolicyKind, _ limit: Int, _ model: Model
  ) throws -> (MismatchLog, pluginFaults: String?) {
    try policy.accept(OneReplay(trace: trace, model: model, limit: limit))
  }
}

/// One replay, once the policy is known.
private struct OneReplay<Model: PMUModel>: PolicyKind.Visitor {
  let trace: CompiledTrace
  let model: Model
  let limit: Int

  func visit<Policy: EventPolicy>(_ policy: Policy) throws -> (MismatchLog, pluginFaults: String?) {
    var log = MismatchLog(keeping: limit)
    let replayer = TraceReplayer(trace, model: model, policy: policy)
    let machine = try replayer.makeMachine()
    try replayer.run(on: machine, &log)
    return (log, machine.vpmu.pluginFaultReport)
  }
}

import SimulatedHost
import VPMUCore
import VPMUModel
import VPMUTrace

/// Makes a trace shorter whose last answer differs, as long as only that answer does.
package struct TraceShrinker<Model: PMUModel> {
  private let model: Model

  package init(model: Model) { self.model = model }

  /// Without the reads that can be removed: a read changes nothing, so it can't change a later right answer.
  package func withoutReads(_ trace: Trace) -> Trace {
    shrink(trace, removing: \.isRead, where: showsLastOnly)
  }

  /// Removes operations until none of the removable ones can be removed (``shortest(_:removing:where:)``).
  ///
  /// - Parameters:
  ///   - mayGo: whether an operation can be removed; the last one never is
  ///   - holds: whether the last answer of the rest still differs
  package func shrink(
    _ trace: Trace, removing mayGo: (TraceOperation) -> Bool, where holds: (Trace) -> Bool
  ) -> Trace {
    let kept = shortest(
      Array(trace.steps.indices), removing: { mayGo(trace.steps[$0].operation) }, where: { holds(trace.keeping($0)) })
    return trace.keeping(kept)
  }

  /// Whether a replay differs at the last operation and nowhere before.
  package func showsLastOnly(_ trace: Trace) -> Bool {
    guard let last = trace.steps.last, let log = replay(trace) else { return false }
    return log.count > 0 && log.first.allSatisfy { $0.line == last.line }
  }

  private func replay(_ trace: Trace) -> MismatchLog? {
    var log = MismatchLog()
    do {
      try TraceReplayer(CompiledTrace(trace), model: model, policy: Reuse()).replay(&log)
      return log
    } catch {
      return nil
    }
  }
}

extension Trace {
  /// The steps with these indices, with new line numbers.
  fileprivate func keeping(_ kept: [Int]) -> Trace {
    var result = self
    result.steps = kept.enumerated().map { TraceStep(line: $0.offset + 2, operation: steps[$0.element].operation) }
    return result
  }
}

extension TraceOperation {
  fileprivate var isRead: Bool {
    switch self {
    case .readMSR, .readPMC, .totals: true
    default: false
    }
  }
}

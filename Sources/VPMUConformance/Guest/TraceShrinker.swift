import SimulatedHost
import VPMUCore
import VPMUModel
import VPMUTrace

/// Makes a trace shorter whose last answer differs, as long as it alone does.
package struct TraceShrinker<Model: PMUModel> {
  private let model: Model

  package init(model: Model) { self.model = model }

  /// Without the reads that don't matter: a read changes nothing, so none can change what is right.
  package func withoutReads(_ trace: Trace) -> Trace {
    shrink(trace, removing: \.isRead) { showsLastOnly($0) ? $0 : nil }
  }

  /// Removes operations, halves first and single ones last, until none of those allowed can go.
  ///
  /// - Parameters:
  ///   - mayGo: operations that can be removed; the last one never is
  ///   - judge: the trace, with answers that are right for what is left, if its last one still differs; else nil
  package func shrink(
    _ trace: Trace, removing mayGo: (TraceOperation) -> Bool, judge: (Trace) -> Trace?
  ) -> Trace {
    var best = trace
    var piece = max(best.steps.count / 2, 1)
    while true {
      var hasShrunk = false
      // From the end: what came last decides most.
      var end = best.steps.count - 1
      while end > 0 {
        let start = max(end - piece, 0)
        let kept = best.steps.indices.filter { !(start..<end).contains($0) || !mayGo(best.steps[$0].operation) }
        if kept.count < best.steps.count, let shorter = judge(best.keeping(kept)) {
          hasShrunk = true
          best = shorter
        }
        end = min(start, best.steps.count - 1)
      }
      if piece > 1 { piece /= 2 } else if !hasShrunk { return best }
    }
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

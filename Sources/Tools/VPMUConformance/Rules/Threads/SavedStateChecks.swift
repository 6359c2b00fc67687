import VPMUCore
import VPMULoader
import VPMUModel
import VPMUTrace

/// A saved state, restored on another virtual CPU.
extension ThreadRules {
  /// An operation, or the saving of the state.
  private enum Moment {
    case operation(TraceOperation)
    case save
  }

  static func savedStateContinues(_ subject: Subject) throws(Finding) {
    let model = try subject.model
    var random = RandomScript(model.declaration, subject.generator("saving"))
    for preset in try subject.presets {
      for _ in 0..<6 {
        let script =
          random.operations(300).map(Moment.operation) + [.save] + random.operations(300).map(Moment.operation)
        guard let outcome = try firstLoss(model, preset, script) else { continue }
        let short = try shortest(Array(script[...outcome.index])) { candidate throws(Finding) in
          try firstLoss(model, preset, candidate)?.index == candidate.count - 1
        }
        throw try loss(model, preset, short)
      }
    }
  }

  /// The first operation that a virtual CPU made from the saved state answers in another way than the original.
  private static func firstLoss(
    _ model: PluginModel, _ preset: Preset, _ script: [Moment]
  ) throws(Finding) -> (index: Int, answer: TraceOperation)? {
    let guest = try ScriptedGuest(model, preset)
    var copy: ScriptedGuest?
    for (index, moment) in script.enumerated() {
      switch moment {
      case .save:
        let new = try ScriptedGuest(model, preset)
        do {
          try new.vpmu.restore(SavedState(bytes: guest.vpmu.save().bytes))
        } catch {
          throw .violatedAfterTrace(
            "saved at the end of the trace, and not restored: \(error)", model: preset.name,
            trace: guest.trace("a guest that is saved", guest.answers))
        }
        copy = new
      case .operation(let operation):
        let answer = try guest.perform(operation)
        // The copy creates its host events, the original resumes them.
        guard let other = try copy?.perform(operation), other.guestVisible != answer.guestVisible else { continue }
        return (index, other)
      }
    }
    return nil
  }

  private static func loss(
    _ model: PluginModel, _ preset: Preset, _ script: [Moment]
  ) throws(Finding) -> Finding {
    var operations: [TraceOperation] = []
    var before = 0
    for moment in script {
      if case .operation(let operation) = moment { operations.append(operation) } else { before = operations.count }
    }
    let answer = try firstLoss(model, preset, script)?.answer
    return .violatedAfterTrace(
      "a copy made from the state saved after \(before) operations of the trace answers the last one with "
        + (answer?.text ?? "the same answer, in this run"), model: preset.name,
      trace: try ScriptedGuest(model, preset).trace(
        "a guest that is saved", ScriptedGuest.answers(model, preset, to: operations)))
  }
}

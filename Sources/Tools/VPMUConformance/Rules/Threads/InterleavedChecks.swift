import VPMULoader
import VPMUModel
import VPMUTrace

/// One thread: the same guest twice, and two guests in turns.
extension ThreadRules {
  private static let operations = 1500

  static func isRepeatable(_ subject: Subject) throws(Finding) {
    let model = try subject.model
    var random = RandomScript(model.declaration, subject.generator("the same guest"))
    for preset in try subject.presets {
      func twice(_ script: [TraceOperation]) throws(Finding) -> (first: [TraceOperation], second: [TraceOperation]) {
        (
          try ScriptedGuest.answers(model, preset, to: script), try ScriptedGuest.answers(model, preset, to: script)
        )
      }
      for _ in 0..<3 {
        let script = random.operations(operations)
        let (first, second) = try twice(script)
        guard let difference = differ(first, second) else { continue }
        var (right, wrong) = (Array(first[...difference]), second[difference])
        // A model that counts its calls may need all of them: then the trace stays as it is.
        _ = try shortest(right) { candidate throws(Finding) in
          let (first, second) = try twice(candidate)
          guard let last = first.last, differ(first, second) == first.count - 1 else { return false }
          (right, wrong) = (first.dropLast() + [last], second[second.count - 1])
          return true
        }
        throw .violatedAfterTrace(
          "the same operations on another fresh virtual CPU end with \(wrong.text)", model: preset.name,
          trace: try ScriptedGuest(model, preset).trace("the same guest, the second time", right))
      }
    }
  }

  /// An operation of one of two guests.
  private struct Step {
    let isFirst: Bool
    let operation: TraceOperation
  }

  static func interleavedAreIndependent(_ subject: Subject) throws(Finding) {
    let model = try subject.model
    var generator = subject.generator("which of two")
    var random = RandomScript(model.declaration, subject.generator("two guests"))
    for (preset, other) in try pairs(subject) {
      var waiting = [random.operations(operations)[...], random.operations(operations)[...]]
      var steps: [Step] = []
      while let which = [0, 1].filter({ !waiting[$0].isEmpty }).randomElement(using: &generator) {
        steps.append(Step(isFirst: which == 0, operation: waiting[which].removeFirst()))
      }
      guard let end = try firstDisturbance(model, preset, other, steps) else { continue }
      let short = try shortest(Array(steps[...end])) { candidate throws(Finding) in
        try firstDisturbance(model, preset, other, candidate) == candidate.count - 1
      }
      throw try disturbance(model, preset, other, short)
    }
  }

  /// The index of the first step whose answer differs from the one that its guest gets alone.
  private static func firstDisturbance(
    _ model: PluginModel, _ preset: Preset, _ other: Preset, _ steps: [Step]
  ) throws(Finding) -> Int? {
    var alone = [
      try ScriptedGuest.answers(model, preset, to: steps.filter(\.isFirst).map(\.operation))[...],
      try ScriptedGuest.answers(model, other, to: steps.filter { !$0.isFirst }.map(\.operation))[...],
    ]
    let first = try ScriptedGuest(model, preset)
    let second = try ScriptedGuest(model, other)
    for (index, step) in steps.enumerated() {
      let answer = try (step.isFirst ? first : second).perform(step.operation)
      if answer != alone[step.isFirst ? 0 : 1].removeFirst() { return index }
    }
    return nil
  }

  /// A finding with the trace of the guest that was disturbed, and the answers that it gets alone.
  private static func disturbance(
    _ model: PluginModel, _ preset: Preset, _ other: Preset, _ steps: [Step]
  ) throws(Finding) -> Finding {
    let isFirst = steps.last?.isFirst ?? true
    let own = steps.filter { $0.isFirst == isFirst }.map(\.operation)
    let others = steps.filter { $0.isFirst != isFirst }.map(\.operation)
    let (mine, theirs) = isFirst ? (preset, other) : (other, preset)
    let their = try ScriptedGuest.answers(model, theirs, to: others)
    let answers = try ScriptedGuest.answers(model, mine, to: own)
    return .violatedAfterTrace(
      "the last answer is another one after a virtual CPU of \(theirs.name) in the same process did "
        + their.prefix(4).map(\.text).joined(separator: " ") + (their.count > 4 ? " …" : ""),
      model: mine.name, trace: try ScriptedGuest(model, mine).trace("a guest that another one disturbs", answers))
  }
}

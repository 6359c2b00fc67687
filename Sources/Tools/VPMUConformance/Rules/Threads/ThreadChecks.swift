import VPMULoader
import VPMUModel
import VPMUTrace

/// Two threads at the same time.
extension ThreadRules {
  private static let rounds = 8

  static func threadsAreIndependent(_ subject: Subject) throws(Finding) {
    let model = try subject.model
    var random = RandomScript(model.declaration, subject.generator("threads"))
    for (preset, other) in try pairs(subject) {
      let guests = [(preset, random.operations(1000)), (other, random.operations(1000))]
      let bodies = try guests.map { guest throws(Finding) in try threadBody(model, guest.0, guest.1) }
      for finding in concurrently(bodies) { if case let finding?? = finding { throw finding } }
    }
  }

  /// The work of one thread: the same guest again and again. It returns the violation.
  private static func threadBody(
    _ model: PluginModel, _ preset: Preset, _ script: [TraceOperation]
  ) throws(Finding) -> @Sendable () -> Finding? {
    let alone = try ScriptedGuest.answers(model, preset, to: script)
    return {
      do throws(Finding) {
        for _ in 0..<rounds {
          let answers = try ScriptedGuest.answers(model, preset, to: script)
          guard let index = differ(alone, answers) else { continue }
          return .violated(
            "while a virtual CPU of the same plugin ran on another thread, operation \(index + 1) of \(script.count) was "
              + "answered \(answers[index].text), alone \(alone[index].text)", model: preset.name)
        }
        return nil
      } catch {
        return error
      }
    }
  }
}

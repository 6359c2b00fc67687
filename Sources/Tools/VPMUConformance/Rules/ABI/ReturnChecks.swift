import SeededRandom
import VPMULoader
import VPMUModel

/// Calls of all callbacks, to find those that do not return. A crash ends the process, whose record of calls names the
/// callback.
extension ABIRules {
  static func callbacksReturn(_ subject: Subject) throws(Finding) {
    let model = try subject.model
    for preset in try subject.presets {
      let guarded = GuardedState(model)
      guard guarded.start(preset) else { continue }
      let systematic = CallbackCall.systematic(
        model.declaration, fixedCounters: guarded.state.fields.fixed_count)
      for call in systematic { _ = call.perform(model, on: guarded.state) }
      var generator = subject.generator("callbacks return")
      for _ in 0..<CallbackExercise.calls {
        _ = CallbackCall.random(&generator, model.declaration, guarded.state.view).perform(model, on: guarded.state)
      }
    }
  }
}

import CLinux
import Glibc
import SeededRandom
import VPMULoader
import VPMUModel

/// Callbacks on the path of a guest's access, under guard (`clinux_guard.h`).
extension ABIRules {
  static func hotCallbacksAreConfined(_ subject: Subject) throws(Finding) {
    let model = try subject.model
    guard let code = RecordingCallbacks.code, RecordingCallbacks.hasAny(where: \.isHot) else {
      throw .notApplicable("the plugin has no [hot] callback: its tables answer every access")
    }
    let error = -clinux_guard_prepare(code)
    var isAnyCalled = false
    for preset in try subject.presets {
      let calls = try hotCalls(subject, preset)
      // Without a guard first: libraries and the Swift runtime initialize some data at its first use.
      for isGuarding in [false, true] {
        let guarded = GuardedState(model)
        guard guarded.start(preset) else { continue }
        isAnyCalled = true
        for call in calls {
          clinux_guard_set(isGuarding)
          _ = call.perform(model, on: guarded.state)
          clinux_guard_set(false)
          guard let predicate = clinux_guard_take().predicate else { continue }
          throw .violated(RecordedCall(call).sentence(predicate), model: preset.name)
        }
      }
    }
    guard isAnyCalled else { throw .notApplicable("refresh refuses every preset") }
    if error != 0 {
      throw .notApplicable(
        "system calls can't be found on this kernel (\(String(cString: strerror(error)))); "
          + "there is no allocation and no write")
    }
  }

  /// The same ones each time.
  private static func hotCalls(_ subject: Subject, _ preset: Preset) throws(Finding) -> [CallbackCall] {
    let model = try subject.model
    let guarded = GuardedState(model)
    guard guarded.start(preset) else { return [] }
    var generator = subject.generator("hot callbacks")
    let random = (0..<CallbackExercise.calls).map { _ in
      CallbackCall.random(&generator, model.declaration, guarded.state.view)
    }
    return (CallbackCall.systematic(model.declaration, fixedCounters: 0) + random).filter {
      RecordedCall($0).callback.isHot
    }
  }
}

extension clinux_guard_finding {
  /// The predicate of a sentence about the callback; nil if nothing was found.
  fileprivate var predicate: String? {
    switch kind {
    case CLINUX_GUARD_ALLOCATION:
      "allocated memory (\(allocator.map { String(cString: $0) } ?? "?") of \(value) bytes)"
    case CLINUX_GUARD_WRITE: "wrote data of its library outside vpmu_state (at \(hex(value)) of the ELF file)"
    case CLINUX_GUARD_SYSTEM_CALL: "made a system call (\(SystemCallName.of(value)))"
    default: nil
    }
  }
}

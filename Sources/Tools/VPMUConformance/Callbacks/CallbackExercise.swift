import VPMUModel

/// Makes virtual CPUs of each preset and calls every callback many times, with a check of the state around each call.
struct CallbackExercise {
  /// Calls of callbacks for each preset and layout.
  static let calls = 400

  let subject: Subject
  var layouts = GuardedState.Layout.allCases

  /// - Parameters:
  ///   - before: called before each callback; may set the words that only the core writes
  ///   - after: called after it, with the call
  /// - Throws: their errors, or not applicable if refresh refuses every preset
  func run(
    before: (GuardedState) throws(Finding) -> Void = { _ in },
    after: (GuardedState, _ preset: Preset, _ call: Step) throws(Finding) -> Void
  ) throws(Finding) {
    let model = try subject.model
    var isAnyAccepted = false
    for preset in try subject.presets {
      for layout in layouts {
        let guarded = GuardedState(model, layout: layout)
        try before(guarded)
        let isAccepted = guarded.refresh(preset)
        try after(guarded, preset, .refresh)
        guard isAccepted else { continue }
        isAnyAccepted = true
        try before(guarded)
        model.reset(guarded.state)
        try after(guarded, preset, .reset)
        var generator = subject.generator("exercise")
        for _ in 0..<Self.calls {
          let call = CallbackCall.random(&generator, model.declaration, guarded.state.view)
          try before(guarded)
          _ = call.perform(model, on: guarded.state, layout: layout)
          try after(guarded, preset, .call(call))
        }
      }
    }
    guard isAnyAccepted else { throw .notApplicable("refresh refuses every preset") }
  }

  /// A callback that was called.
  enum Step: CustomStringConvertible {
    case refresh
    case reset
    case call(CallbackCall)

    var description: String {
      switch self {
      case .refresh: "refresh"
      case .reset: "reset"
      case .call(let call): "\(call)"
      }
    }
  }
}

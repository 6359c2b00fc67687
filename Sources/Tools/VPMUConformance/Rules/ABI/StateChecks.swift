import CVPMU
import VPMULoader
import VPMUModel

/// The memory that a plugin shares with the core.
extension ABIRules {
  static func usesLayoutFields(_ subject: Subject) throws(Finding) {
    let model = try subject.model
    guard try subject.plugin.abi.minor <= PluginABI.current.minor else {
      throw .notApplicable("it knows a newer version of the ABI than this kit")
    }
    for preset in try subject.presets {
      let (own, larger) = (GuardedState(model), GuardedState(model, layout: .newer))
      let answers = (own.start(preset), larger.start(preset))
      var generator = subject.generator("larger state")
      try compare(own, larger, preset, answers.0 == answers.1, "refresh and reset")
      guard answers.0 else { continue }
      for _ in 0..<CallbackExercise.calls {
        let call = CallbackCall.random(&generator, model.declaration, own.state.view)
        // What is left to the tables is the core's matter, on both.
        let answers = [own, larger].map { call.perform(model, on: $0.state, layout: .newer) }
        let isSame = answers[0] == answers[1]
        try compare(own, larger, preset, isSame, "\(call)")
      }
    }
  }

  private static func compare(
    _ own: GuardedState, _ larger: GuardedState, _ preset: Preset, _ isSame: Bool, _ call: String
  ) throws(Finding) {
    guard isSame && own.contents == larger.contents else {
      throw .violated(
        "\(call) \(isSame ? "leaves another state" : "answers differently") where counters_offset is "
          + "\(larger.sizes.countersOffset) and counter_size \(larger.sizes.counter)", model: preset.name)
    }
  }

  static func writesFieldsOnly(_ subject: Subject) throws(Finding) {
    try CallbackExercise(subject: subject).run { guarded, preset, call throws(Finding) in
      guard let offset = guarded.firstDamage else { return }
      throw .violated(
        "\(call) wrote at offset \(offset) of a vpmu_state of \(guarded.sizes.structure) bytes, outside its fields",
        model: preset.name)
    }
  }

  static func keepsSizes(_ subject: Subject) throws(Finding) {
    try CallbackExercise(subject: subject).run { guarded, preset, call throws(Finding) in
      guard let field = guarded.changedSize else { return }
      throw .violated("\(call) changed \(field)", model: preset.name)
    }
  }

  static func keepsCoreWords(_ subject: Subject) throws(Finding) {
    var before: CoreWords?
    var generator = subject.generator("core words")
    try CallbackExercise(subject: subject, layouts: [.current]).run { guarded throws(Finding) in
      // What refresh is given is all zero; later the core has put something everywhere.
      if guarded.state.fields.all_valid != 0 {
        CoreWords.fill(guarded.state, guarded.model.registers, &generator)
      }
      before = CoreWords(guarded.state, guarded.model.registers)
    } after: { guarded, preset, call throws(Finding) in
      let now = CoreWords(guarded.state, guarded.model.registers)
      guard let before, let change = now.change(from: before) else { return }
      throw .violated("\(call) changed \(change)", model: preset.name)
    }
  }

  static func keepsShape(_ subject: Subject) throws(Finding) {
    var before: [UInt8] = []
    try CallbackExercise(subject: subject, layouts: [.current]).run { guarded throws(Finding) in
      before = shape(guarded.state)
    } after: { guarded, preset, call throws(Finding) in
      if case .refresh = call { return }
      let now = shape(guarded.state)
      guard before != now, let byte = now.indices.first(where: { now[$0] != before[$0] }) else { return }
      throw .violated("\(call) changed the shape, at offset \(12 + byte) of vpmu_state", model: preset.name)
    }
  }

  /// From `version` to `model_shape`.
  private static func shape(_ state: PMUState) -> [UInt8] {
    let end = MemoryLayout<vpmu_state>.offset(of: \.model_words) ?? 0
    return Array(UnsafeRawBufferPointer(start: state.pointer, count: end)[12...])
  }

  static func readersChangeNothing(_ subject: Subject) throws(Finding) {
    var before: [UInt8] = []
    try CallbackExercise(subject: subject, layouts: [.current]).run { guarded throws(Finding) in
      before = guarded.bytes
    } after: { guarded, preset, call throws(Finding) in
      guard case .call(let reader) = call, !reader.mayChange, guarded.bytes != before else { return }
      throw .violated("\(call) changed the state", model: preset.name)
    }
  }
}

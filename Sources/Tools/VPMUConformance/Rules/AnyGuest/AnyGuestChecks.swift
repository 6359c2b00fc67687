import CVPMU
import VPMUModel
import VPMUTrace

/// Extreme and random guests, and a condition that must hold after each of their operations.
extension AnyGuestRules {
  static func answersAreValid(_ subject: Subject) throws(Finding) {
    try run(subject, "a guest does anything") { guest in
      guest.vpmu.pluginFaults.last.map { "the plugin \($0)" }
    }
  }

  static func shapeStays(_ subject: Subject) throws(Finding) {
    for preset in try subject.presets {
      let shape = Shape(of: try ScriptedGuest(subject.model, preset))
      try run(subject, of: preset, "a guest does anything") { guest in
        shape == Shape(of: guest) ? nil : "the shape changed"
      }
    }
  }

  static func interruptsHaveCauses(_ subject: Subject) throws(Finding) {
    try run(subject, "a guest does anything") { guest in
      guard case .enter(pmi: true, _) = guest.answers[guest.answers.count - 1] else { return nil }
      // Was anything counted since the PMI before?
      for operation in guest.answers.dropLast().reversed() {
        switch operation {
        case .run, .emulated: return nil
        case .enter(pmi: true, _): return "a PMI, and nothing was counted since the one before"
        default: break
        }
      }
      return "a PMI, and nothing was ever counted"
    }
  }

  private static let randomOperations = 10_000

  private static func run(
    _ subject: Subject, _ title: String, fault: (ScriptedGuest) -> String?
  ) throws(Finding) {
    for preset in try subject.presets { try run(subject, of: preset, title, fault: fault) }
  }

  /// Extreme values first, one register after the other, then random operations.
  ///
  /// - Parameter fault: the violation after the last operation, nil if there is none
  private static func run(
    _ subject: Subject, of preset: Preset, _ title: String, fault: (ScriptedGuest) -> String?
  ) throws(Finding) {
    let declaration = try subject.declaration
    var random = RandomScript(declaration, subject.generator("any guest"))
    for script in [extremes(declaration), random.operations(randomOperations), random.operations(randomOperations)] {
      let guest = try ScriptedGuest(subject.model, preset)
      for operation in script {
        try guest.perform(operation)
        guard fault(guest) != nil else { continue }
        throw try finding(subject, of: preset, title, guest.answers, fault: fault)
      }
    }
  }

  private static func finding(
    _ subject: Subject, of preset: Preset, _ title: String, _ script: [TraceOperation],
    fault: (ScriptedGuest) -> String?
  ) throws(Finding) -> Finding {
    func runAgain(_ script: [TraceOperation]) throws(Finding) -> (guest: ScriptedGuest, message: String?) {
      let guest = try ScriptedGuest(subject.model, preset)
      for operation in script {
        try guest.perform(operation)
        if let message = fault(guest) { return (guest, guest.answers.count == script.count ? message : nil) }
      }
      return (guest, nil)
    }
    let short = try shortest(script) { candidate throws(Finding) in try runAgain(candidate).message != nil }
    let (guest, message) = try runAgain(short)
    return .violatedAfterTrace(
      "at the end of the trace: \(message ?? "not reproduced")", model: preset.name,
      trace: guest.trace(title, guest.answers))
  }

  /// Every claimed number and its neighbours, with extreme values.
  private static func extremes(_ declaration: ModelDeclaration) -> [TraceOperation] {
    let values = CallbackCall.extremeValues
    var operations: [TraceOperation] = []
    for number in declaration.claimedNumbers {
      for msr in [number, MSRNumber(number.rawValue &- 1), MSRNumber(number.rawValue &+ 1)] {
        for (value, origin) in values.flatMap({ [($0, AccessOrigin.guest), ($0, .host)] }) {
          operations.append(.writeMSR(msr, value, origin: origin, ok: false))
          operations.append(.readMSR(msr, origin: origin, value: nil))
        }
        operations.append(.enter(pmi: false, hostEvents: 0))
      }
    }
    return operations
  }

  /// The fields of a state that only `refresh` sets.
  private struct Shape: Equatable {
    let numbers: [UInt32]
    let masks: [UInt64]

    init(of guest: ScriptedGuest) {
      let shape = guest.state
      numbers = [
        shape.struct_size, shape.counter_size, shape.counters_offset, shape.version, shape.gp_count,
        shape.fixed_count,
      ]
      masks = [
        shape.features, shape.gp_mask, shape.fixed_mask, shape.all_valid, shape.event_select_reserved,
        shape.fixed_control_reserved,
        shape.global_control_reserved, shape.global_status_reserved, shape.model_shape.0, shape.model_shape.1,
        shape.model_shape.2, shape.model_shape.3,
      ]
    }
  }
}

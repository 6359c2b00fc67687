import CVPMU
import VPMUModel
import VPMUTrace

/// Extreme and random guests, and what must be true after each of their operations.
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
      // Back to the PMI before: was anything counted in between?
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

  /// Extreme values first, one register after the other, then anything.
  ///
  /// - Parameter fault: what is wrong after the last operation; nil: nothing
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
    return .violatedUnseen(
      "at the end of the trace: \(message ?? "it does not happen again")", model: preset.name,
      trace: guest.trace(title, guest.answers))
  }

  /// Every number that is claimed, and those beside it, with values in which mistakes show.
  private static func extremes(_ declaration: ModelDeclaration) -> [TraceOperation] {
    let values: [UInt64] = [
      .max, 0, 1, 1 << 63, 0x5555_5555_5555_5555, 0xAAAA_AAAA_AAAA_AAAA, 0x5555_5555, 0xAAAA_AAAA, 0xFFFF_FFFF,
      .max << 32, .max >> 1, 0x3FFF,
    ]
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

  /// The fields of a state that `refresh` sets and nothing changes after that.
  private struct Shape: Equatable {
    let numbers: [UInt32]
    let masks: [UInt64]

    init(of guest: ScriptedGuest) {
      let shape = guest.state
      numbers = [
        shape.struct_size, shape.counter_size, shape.counters_offset, shape.version, shape.features, shape.gp_count,
        shape.fixed_count,
      ]
      masks = [
        shape.gp_mask, shape.fixed_mask, shape.all_valid, shape.event_select_reserved, shape.fixed_control_reserved,
        shape.global_control_reserved, shape.global_status_reserved, shape.model_shape.0, shape.model_shape.1,
        shape.model_shape.2, shape.model_shape.3,
      ]
    }
  }
}

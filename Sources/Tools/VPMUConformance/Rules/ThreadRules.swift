import VPMUModel
import VPMUTrace

/// Several virtual CPUs, each independent of the others.
enum ThreadRules {
  static let all: [Rule] = [
    Rule(
      "VPMU-THR-001", "The same guest gives the same answers each time.",
      reference: "vpmu_plugin.h, OWNERSHIP",
      consequence: "A recorded trace can't be replayed, and an error can't be reproduced.", check: isRepeatable),
    Rule(
      "VPMU-THR-002", "A virtual CPU is answered as if it were alone, whatever another one of the same process does.",
      reference: "vpmu_plugin.h, OWNERSHIP", consequence: "A guest observes another guest.",
      check: interleavedAreIndependent),
    Rule(
      "VPMU-THR-003", "Virtual CPUs on several threads at the same time are answered as each would be alone.",
      reference: "vpmu_plugin.h, CONTEXTS", consequence: "Rare wrong answers, which can't be reproduced.",
      check: threadsAreIndependent),
    Rule(
      "VPMU-THR-004", "A virtual CPU made from a saved state continues as the one that was saved.",
      reference: "vpmu_plugin.h, vpmu_state (it may be copied byte by byte)",
      consequence: "A guest that was restored or moved to another machine has lost part of its PMU.",
      check: savedStateContinues),
  ]

  /// Two presets at a time, different ones if there are several: a model may share its shape.
  static func pairs(_ subject: Subject) throws(Finding) -> [(Preset, Preset)] {
    let presets = try subject.presets
    return zip(presets, presets.dropFirst() + presets.prefix(1)).map { ($0, $1) }
  }

  static func differ(_ first: [TraceOperation], _ second: [TraceOperation]) -> Int? {
    zip(first, second).enumerated().first { $0.element.0 != $0.element.1 }?.offset
  }
}

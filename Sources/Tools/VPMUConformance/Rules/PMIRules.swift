/// Overflows, their status and their interrupt.
enum PMIRules {
  static let all: [Rule] = [
    rule(
      "VPMU-PMI-001", "An overflow sets the counter's bit of the global status, and no other.",
      reference: "Intel SDM vol. 3B, 21.2.2; vpmu_plugin.h, vpmu_state.global_status",
      consequence: "The guest's driver takes the overflow for another counter's, or for none of its own.",
      check: setsItsStatusBit),
    rule(
      "VPMU-PMI-002", "An overflow of a counter whose interrupt bit is set raises exactly one PMI.",
      reference: "vpmu_plugin.h, VPMU_SELECT_INTERRUPT, VPMU_FIXED_INTERRUPT and pmi_pending",
      consequence: "Samples are missing, or the guest gets too many interrupts.", check: raisesOnePMI),
    rule(
      "VPMU-PMI-003", "A counter that is N events before its overflow overflows at the Nth, not before.",
      reference: "vpmu_plugin.h, VPMU_ROLE_GP_COUNTER and VPMU_ROLE_FIXED_COUNTER",
      consequence: "Sampling periods are wrong.", check: overflowsInTime),
    rule(
      "VPMU-PMI-004", "While the PMI is handled, the status still shows the overflow, and the counter its value.",
      reference: "vpmu_plugin.h, deliver_pmi",
      consequence: "The guest's handler finds no cause, and reports an unknown NMI.", check: statusShowsOverflow),
    rule(
      "VPMU-PMI-005", "An overflow of a counter whose interrupt bit is clear raises no PMI.",
      reference: "vpmu_plugin.h, VPMU_SELECT_INTERRUPT and VPMU_FIXED_INTERRUPT",
      consequence: "A guest that only counts gets interrupts that it did not enable.", check: raisesNoPMI),
    rule(
      "VPMU-PMI-006",
      "A cleared status bit stays clear, and no PMI follows, until the counter is armed and overflows again.",
      reference: "vpmu_plugin.h, VPMU_ROLE_GLOBAL_STATUS_CLEAR",
      consequence: "The handler finds the same overflow again and again, or no second one.", check: canBeArmedAgain),
    rule(
      "VPMU-PMI-007", "Two counters that overflow together set both status bits, and raise one PMI.",
      reference: "Intel SDM vol. 3B, 21.2.2; vpmu_plugin.h, pmi_pending",
      consequence: "The handler misses one of two counters.", check: overflowTogether),
    rule(
      "VPMU-PMI-008", "A counter that is globally disabled does not overflow.",
      reference: "vpmu_plugin.h, VPMU_ROLE_GLOBAL_CONTROL",
      consequence: "PMIs come while the guest's driver has stopped all counters.", check: disabledDoesNotOverflow),
  ]

  /// With the prerequisite that a counter counts.
  private static func rule(
    _ id: String, _ sentence: String, reference: String, consequence: String, check: @escaping Rule.Check
  ) -> Rule {
    Rule(
      id, sentence, reference: reference, consequence: consequence, prerequisites: ["VPMU-CNT-001"], check: check)
  }
}

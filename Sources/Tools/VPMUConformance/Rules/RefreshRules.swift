/// The shape that `refresh` sets by CPUID and host, and the registers that `reset` sets.
enum RefreshRules {
  static let all: [Rule] = shape + registers

  private static let shape = [
    Rule(
      "VPMU-REF-001",
      "refresh sets the same shape for the same CPUID and host, whatever it was called with in between.",
      reference: "vpmu_plugin.h, OWNERSHIP",
      consequence: "Virtual CPUs of one VM differ, and a saved one can't be restored.", check: shapeIsRepeatable),
    Rule(
      "VPMU-REF-002", "A guest gets no more counters, and no wider ones, than the host offers.",
      reference: "vpmu_plugin.h, refresh and vpmu_host_limits",
      consequence: "The virtual CPU is not made, or has counters that never count.", check: shapeFitsHost),
    Rule(
      "VPMU-REF-003", "A CPUID that shows no PMU, all zero or without a leaf, is no error.",
      reference: "vpmu_plugin.h, refresh",
      consequence: "A VM whose owner switched the PMU off can't be started.", check: noPMUIsNoError),
    Rule(
      "VPMU-REF-004", "Whatever the CPUID, refresh refuses it or sets a valid shape, and callbacks keep to it.",
      reference: "vpmu_plugin.h, refresh and vpmu_state",
      consequence: "A user who sets the guest's CPUID can end the VMM's process, or make its PMU invalid.",
      prerequisites: ["VPMU-REF-002"], check: anyCPUIDIsHandled),
    Rule(
      "VPMU-REF-005", "refresh sets the shape and nothing else.", reference: "vpmu_plugin.h, vpmu_state and reset",
      consequence: "Other values are lost: registers are zeroed before reset.", severity: .warning,
      check: refreshSetsShapeOnly),
    Rule(
      "VPMU-REF-006",
      "A counter that the host does not offer does not exist: its registers and its RDPMC selectors are #GP.",
      reference: "vpmu_plugin.h, all_valid and vpmu_register_range",
      consequence: "The guest sets up a counter that can't count, and waits for it.",
      prerequisites: ["VPMU-REF-002"], check: missingCountersFault),
  ]

  private static let registers = [
    Rule(
      "VPMU-REF-007",
      "After RESET counters, event selects, fixed control and global status are 0, and the global control has no reserved "
        + "bit.",
      reference: "vpmu_plugin.h, reset; Intel SDM vol. 3A, Processor State After Reset",
      consequence: "The guest's driver finds counters that appear to be in use.", check: registersStartAtZero),
    Rule(
      "VPMU-REF-008", "RESET, again and after any use, gives the registers of a new virtual CPU.",
      reference: "vpmu_plugin.h, reset and OWNERSHIP",
      consequence: "A rebooted guest finds values of the time before.", check: resetEqualsNew),
    Rule(
      "VPMU-REF-009",
      "refresh after any use, with any preset's CPUID, gives the registers of a new virtual CPU of that preset.",
      reference: "vpmu_plugin.h, refresh and OWNERSHIP",
      consequence: "A virtual CPU whose CPUID is set twice has registers of the first.",
      prerequisites: ["VPMU-REF-001"], check: refreshEqualsNew),
  ]
}

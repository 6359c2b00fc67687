/// What `refresh` makes of CPUID and of the host, and what `reset` makes of registers.
enum RefreshRules {
  static let all: [Rule] = shape + registers

  private static let shape = [
    Rule(
      "VPMU-REF-001",
      "refresh makes the same shape of the same CPUID and host, whatever it was called with in between.",
      reference: "vpmu_plugin.h, WHO OWNS WHAT",
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
      "VPMU-REF-004", "Whatever CPUID says, refresh refuses it or makes a shape that can be, and callbacks keep to it.",
      reference: "vpmu_plugin.h, refresh and vpmu_state",
      consequence: "Who may set the guest's CPUID can end the process, or confuse the VMM.",
      prerequisites: ["VPMU-REF-002"], check: anyCPUIDIsJudged),
    Rule(
      "VPMU-REF-005", "refresh sets the shape and nothing else.", reference: "vpmu_plugin.h, vpmu_state and reset",
      consequence: "What it sets besides is lost: registers are zeroed before reset.", severity: .warning,
      check: refreshSetsShapeOnly),
    Rule(
      "VPMU-REF-006", "A counter that the host does not offer is gone: its registers and its RDPMC selectors are #GP.",
      reference: "vpmu_plugin.h, all_valid and vpmu_register_range",
      consequence: "The guest sets up a counter that can't count, and waits for it.",
      prerequisites: ["VPMU-REF-002"], check: missingCountersAreGone),
  ]

  private static let registers = [
    Rule(
      "VPMU-REF-007",
      "After RESET counters, event selects, fixed control and global status are 0, and the global control has no reserved "
        + "bit.",
      reference: "vpmu_plugin.h, reset; Intel SDM vol. 3A, Processor State After Reset",
      consequence: "The guest's driver finds counters that someone else seems to use.", check: registersStartAtZero),
    Rule(
      "VPMU-REF-008", "RESET, again and after any use, gives what a new virtual CPU has.",
      reference: "vpmu_plugin.h, reset and WHO OWNS WHAT",
      consequence: "A rebooted guest finds what its predecessor left.", check: resetForgets),
    Rule(
      "VPMU-REF-009",
      "refresh after any use, with any preset's CPUID, gives what a new virtual CPU of that preset has.",
      reference: "vpmu_plugin.h, refresh and WHO OWNS WHAT",
      consequence: "A virtual CPU whose CPUID is set twice has registers of the first.",
      prerequisites: ["VPMU-REF-001"], check: refreshForgets),
  ]
}

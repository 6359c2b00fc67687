/// Invariants of any guest.
enum AnyGuestRules {
  static let all: [Rule] = [
    Rule(
      "VPMU-FUZ-001", "Every access of a guest or the VMM gets a valid answer.",
      reference: "vpmu_plugin.h, The callbacks",
      consequence: "The guest gets #GP where there should be none, and the embedder a report of a faulty plugin.",
      check: answersAreValid),
    Rule(
      "VPMU-FUZ-002", "Whatever a guest or the VMM does, the shape stays as refresh set it.",
      reference: "vpmu_plugin.h, vpmu_state (The shape)",
      consequence: "Counters appear or vanish under a running guest, and its saved state can't be restored.",
      check: shapeStays),
    Rule(
      "VPMU-FUZ-003", "Whatever a guest does, a PMI comes only if something was counted since the one before.",
      reference: "vpmu_plugin.h, pmi_pending",
      consequence: "A guest that does harm to itself is interrupted for ever, and can't even stop its counters.",
      check: interruptsHaveCauses),
  ]
}

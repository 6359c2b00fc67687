/// The lifetime of host events.
enum LazyReleaseRules {
  static let all: [Rule] = [
    rule(
      "VPMU-LAZ-001",
      "After RESET no counter has a host event, and none counts or interrupts before the guest sets it up.",
      reference: "vpmu_plugin.h, reset", consequence: "A rebooted guest gets PMIs that it did not enable.",
      check: resetReleasesAll),
    rule(
      "VPMU-LAZ-002", "A counter neither enabled nor accessed for a whole time slice releases its host event.",
      reference: "vpmu_plugin.h, in_use and cleanup",
      consequence: "Host counters stay taken by a guest that no longer measures.", check: releasesUnused),
    rule(
      "VPMU-LAZ-003", "A counter one of whose registers was written in the time slice keeps its host event.",
      reference: "vpmu_plugin.h, msr_idx_to_pmc and in_use",
      consequence: "A guest that samples makes a host event at each PMI, which is slow.", check: keepsAccessed),
    rule(
      "VPMU-LAZ-004", "A counter that is enabled keeps its host event and counts on, even if it is not accessed.",
      reference: "vpmu_plugin.h, cleanup", consequence: "A long measurement stops before its end.",
      check: keepsEnabled),
    rule(
      "VPMU-LAZ-005", "A counter that is stopped and started again without a change reuses its host event.",
      reference: "vpmu_plugin.h, vpmu_counter.selector and fixed_control",
      consequence: "Each start of a counter makes a host event, which is slow.", check: reuses),
  ]

  /// With the prerequisite that a counter counts.
  private static func rule(
    _ id: String, _ sentence: String, reference: String, consequence: String, check: @escaping Rule.Check
  ) -> Rule {
    Rule(
      id, sentence, reference: reference, consequence: consequence, prerequisites: ["VPMU-CNT-001"], check: check)
  }
}

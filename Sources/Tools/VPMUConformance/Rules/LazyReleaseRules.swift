/// Which host events live, and for how long.
enum LazyReleaseRules {
  static let all: [Rule] = [
    rule(
      "VPMU-LAZ-001",
      "After RESET no counter has a host event, and none counts or interrupts before the guest sets it up.",
      reference: "vpmu_plugin.h, reset", consequence: "A rebooted guest gets PMIs that it never asked for.",
      check: resetReleasesAll),
    rule(
      "VPMU-LAZ-002", "A counter neither enabled nor touched for a whole time slice gives its host event back.",
      reference: "vpmu_plugin.h, in_use and cleanup",
      consequence: "Host counters stay taken by a guest that no longer measures.", check: releasesWhatIsUnused),
    rule(
      "VPMU-LAZ-003", "A counter one of whose registers was written in the time slice keeps its host event.",
      reference: "vpmu_plugin.h, msr_idx_to_pmc and in_use",
      consequence: "A guest that samples makes a host event at each PMI, which is slow.", check: keepsWhatIsTouched),
    rule(
      "VPMU-LAZ-004", "A counter that is enabled keeps its host event, and goes on counting, untouched as it may be.",
      reference: "vpmu_plugin.h, cleanup", consequence: "A long measurement stops in its midst.",
      check: keepsWhatIsEnabled),
    rule(
      "VPMU-LAZ-005", "A counter stopped and started again as it was reuses its host event.",
      reference: "vpmu_plugin.h, vpmu_counter.selector and fixed_control",
      consequence: "Each start of a counter makes a host event, which is slow.", check: reuses),
  ]

  /// Each stands on a counter that counts.
  private static func rule(
    _ id: String, _ sentence: String, reference: String, consequence: String, check: @escaping Rule.Check
  ) -> Rule {
    Rule(
      id, sentence, reference: reference, consequence: consequence, prerequisites: ["VPMU-CNT-001"], check: check)
  }
}

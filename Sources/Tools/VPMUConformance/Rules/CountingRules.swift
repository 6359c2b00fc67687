/// Counting on a virtual CPU that runs.
enum CountingRules {
  static let all: [Rule] = [
    Rule(
      "VPMU-CNT-001", "An enabled general-purpose counter counts the event that its select names, and no other.",
      reference: "Intel SDM vol. 3B, 21.2.1; AMD APM vol. 2, 13.2.1; vpmu_plugin.h, set_msr",
      consequence: "A profile shows nothing, or another event than it is titled with.", check: countsItsEvent),
    Rule(
      "VPMU-CNT-002", "A general-purpose counter whose enable bit is clear does not count.",
      reference: "vpmu_plugin.h, VPMU_ROLE_EVENT_SELECT and VPMU_SELECT_ENABLE",
      consequence: "A guest reads counts of events that occurred after it had stopped the counter.",
      prerequisites: ["VPMU-CNT-001"], check: disabledDoesNotCount),
    Rule(
      "VPMU-CNT-003", "A general-purpose counter counts in the rings whose bits are set.",
      reference: "vpmu_plugin.h, VPMU_SELECT_USER and VPMU_SELECT_OS",
      consequence: "Counts of the guest's kernel and of its programs are mixed up.",
      prerequisites: ["VPMU-CNT-001"], check: countsInItsRings),
    Rule(
      "VPMU-CNT-004", "A fixed counter counts the event that find_fixed_event names, and no other.",
      reference: "vpmu_plugin.h, find_fixed_event", consequence: "A profile by a fixed counter shows another event.",
      check: fixedCountsItsEvent),
    Rule(
      "VPMU-CNT-005",
      "A fixed counter counts in the rings whose control bits are set, and does not count without them.",
      reference: "vpmu_plugin.h, VPMU_ROLE_FIXED_CONTROL",
      consequence: "A fixed counter can't be stopped, or mixes up the guest's kernel and its programs.",
      check: fixedFollowsControl),
    Rule(
      "VPMU-CNT-006",
      "A counter counts only while its bit of global control is set, and after RESET by the value of that register.",
      reference: "vpmu_plugin.h, VPMU_FEATURE_GLOBAL_CONTROL and VPMU_ROLE_GLOBAL_CONTROL",
      consequence: "A driver that stops all counters with one write measures itself, or its counters never start.",
      check: followsGlobalControl),
    Rule(
      "VPMU-CNT-007", "A counter that was written while it was disabled continues from that value.",
      reference: "vpmu_plugin.h, VPMU_ROLE_GP_COUNTER and VPMU_ROLE_FIXED_COUNTER",
      consequence: "A driver that saves and restores counters when it switches tasks loses counts.",
      check: continuesFromWrittenValue),
    Rule(
      "VPMU-CNT-008", "A counter continues from 0 after the greatest value of its width.",
      reference: "vpmu_plugin.h, vpmu_state.gp_mask and fixed_mask",
      consequence: "Differences of two readings are wrong once a counter has wrapped.",
      check: wraps),
    Rule(
      "VPMU-CNT-009", "Counters count independently: each its own event, started and stopped by itself.",
      reference: "vpmu_plugin.h, reprogram",
      consequence: "Events that are measured together falsify each other's counts.",
      prerequisites: ["VPMU-CNT-001"], check: countIndependently),
    Rule(
      "VPMU-CNT-010", "Emulated instructions reach each counter of that event that counts in that ring.",
      reference: "vpmu_plugin.h, vpmu_plugin_info.event_select_mask",
      consequence: "Instructions that the VMM executes for the guest are missing in its counts.",
      check: countsEmulatedInstructions),
  ]
}

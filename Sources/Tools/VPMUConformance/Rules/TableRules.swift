/// The declared tables, and the agreement of callbacks with them.
enum TableRules {
  static let all: [Rule] = [
    Rule(
      "VPMU-TAB-001", "The loader accepts the plugin: its strings, counts and ranges are as the header demands.",
      reference: "vpmu_plugin.h, vpmu_plugin_info", consequence: "No program can use the plugin.",
      prerequisites: ["VPMU-ABI-006", "VPMU-ABI-008"], check: isAccepted),
    Rule(
      "VPMU-TAB-002", "refresh accepts each preset, and its guest has at least one counter.",
      reference: "vpmu_plugin.h, vpmu_preset and refresh",
      consequence: "A virtual CPU with that preset can't be made, or has no PMU.", check: presetsWork),
    Rule(
      "VPMU-TAB-003", "No MSR number is claimed twice.", reference: "vpmu_plugin.h, vpmu_register_range",
      consequence: "Tools take a register for another one.", check: claimsAreUnique),
    Rule(
      "VPMU-TAB-004",
      "Each counter that exists has a register for its value and one that sets what it counts, declared and valid.",
      reference: "vpmu_plugin.h, VPMU_ROLE_*", consequence: "A guest's driver can't use the counter.",
      prerequisites: ["VPMU-TAB-002"], check: countersHaveRegisters),
    Rule(
      "VPMU-TAB-005", "The encodings in the tables of events hold bits of event_select_mask and the unit mask only.",
      reference: "vpmu_plugin.h, vpmu_event_row",
      consequence: "Drivers write an event select with bits of another meaning.",
      check: eventsFitTheMask),
    Rule(
      "VPMU-TAB-006",
      "An encoding of the event table is the event of its first row that the guest has, whatever the flags; so says "
        + "find_arch_event, if there is one.",
      reference: "vpmu_plugin.h, find_arch_event and vpmu_plugin_info.events",
      consequence: "The host counts another event than tools display, or none.", prerequisites: ["VPMU-TAB-002"],
      check: eventsAreFound),
    Rule(
      "VPMU-TAB-007", "fixed_events, or find_fixed_event in its place, names a generic event for each fixed counter.",
      reference: "vpmu_plugin.h, vpmu_plugin_info.fixed_events and find_fixed_event",
      consequence: "No host can count for the fixed counter.", prerequisites: ["VPMU-TAB-002"],
      check: fixedEventsAreKnown),
    Rule(
      "VPMU-TAB-008",
      "Generic and quality numbers are ones that the header names, and an event has both or neither.",
      reference: "vpmu_plugin.h, VPMU_GENERIC_* and VPMU_QUALITY_*",
      consequence: "The core takes the event for one that no host has.", prerequisites: ["VPMU-TAB-002"],
      check: eventNumbersAreKnown),
    Rule(
      "VPMU-TAB-009",
      "A guest with VPMU_FEATURE_GLOBAL_CONTROL has a global control, a global status and a way to clear it, declared and "
        + "valid.",
      reference: "vpmu_plugin.h, VPMU_FEATURE_GLOBAL_CONTROL",
      consequence: "The guest can't enable its counters, or its handler can't acknowledge an overflow.",
      prerequisites: ["VPMU-TAB-002"], check: globalControlIsComplete),
    Rule(
      "VPMU-TAB-010",
      "Tables use roles, flags, features and counters that the header names, each where it has a meaning.",
      reference: "vpmu_plugin.h, vpmu_register_range, vpmu_event_row and VPMU_PLUGIN_*",
      consequence: "The core and tools ignore the unknown role, flag, feature or counter.", check: tablesUseNamedValues),
    Rule(
      "VPMU-TAB-011", "A preset has no CPUID leaf twice.", reference: "vpmu_plugin.h, vpmu_preset",
      consequence: "It is undefined which of them is used.", check: leavesAreUnique),
    Rule(
      "VPMU-TAB-012", "event_select_mask lies within bits 7:0 and 35:32.", reference: "docs/conformance.md, Sources",
      consequence: "Event filters and emulated instructions distinguish events by these bits only.", severity: .warning,
      check: eventNumberIsDistinguished),
    Rule(
      "VPMU-TAB-013", "The id is a reverse domain name, and version and license are not empty.",
      reference: "vpmu_plugin.h, vpmu_plugin_info",
      consequence: "Two plugins get the same id by chance; users do not know which plugin and version they run.",
      severity: .warning,
      check: hasIdentification),
  ]
}

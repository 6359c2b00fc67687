/// The file, its entry, and the memory that plugin and core share.
enum ABIRules {
  static let all: [Rule] = file + entry + state + warnings

  private static let file = [
    Rule(
      "VPMU-ABI-001", "The plugin is a file, an x86-64 ELF shared library.",
      reference: "System V ABI, chapter 4; AMD64 supplement, 4.1",
      consequence: "It can't be loaded.", check: isSharedLibrary),
    Rule(
      "VPMU-ABI-002", "The section vpmu_abi holds the magic number and this major version.",
      reference: "vpmu_plugin.h, vpmu_abi_identity",
      consequence: "Loaders refuse the file as no plugin, or as one of another ABI, without running it.",
      prerequisites: ["VPMU-ABI-001"], check: hasIdentity),
    Rule(
      "VPMU-ABI-003",
      "dlopen takes it with RTLD_NOW: no symbol is undefined, and every library that it needs is found.",
      reference: "dlopen(3)",
      consequence: "It can't be loaded; with lazy binding the process would end in the middle of a guest's access.",
      prerequisites: ["VPMU-ABI-002"], check: loadsAtOnce),
    Rule(
      "VPMU-ABI-004", "It exports the entry, vpmu_plugin_entry_v1.", reference: "vpmu_plugin.h, vpmu_plugin_entry_v1",
      consequence: "No loader can reach its tables.", prerequisites: ["VPMU-ABI-003"], check: exportsEntry),
  ]

  private static let entry = [
    Rule(
      "VPMU-ABI-005", "The entry returns a table.", reference: "vpmu_plugin.h, vpmu_plugin_entry_v1",
      consequence: "The plugin says that it can't work in this process.", prerequisites: ["VPMU-ABI-004"],
      check: returnsTable),
    Rule(
      "VPMU-ABI-006", "Each struct and element has at least the size that version 1.0 of the ABI gives it.",
      reference: "vpmu_plugin.h, GROWING", consequence: "Loaders refuse the plugin; others would read past its tables.",
      prerequisites: ["VPMU-ABI-005"], check: hasWholeStructs),
    Rule(
      "VPMU-ABI-007", "The table says the same version of the ABI as the section vpmu_abi.",
      reference: "vpmu_plugin.h, vpmu_plugin_info and vpmu_abi_identity",
      consequence: "What is decided before loading is wrong after it.", prerequisites: ["VPMU-ABI-006"],
      check: speaksOneVersion),
    Rule(
      "VPMU-ABI-008", "Every required callback is there.", reference: "vpmu_plugin.h, vpmu_ops",
      consequence: "Loaders refuse the plugin.", prerequisites: ["VPMU-ABI-006"], check: hasCallbacks),
    Rule(
      "VPMU-ABI-009", "The entry returns the same pointer each time, and what it leads to never changes.",
      reference: "vpmu_plugin.h, vpmu_plugin_info",
      consequence: "Programs that read the tables once and keep them disagree with those that read them later.",
      prerequisites: ["VPMU-ABI-006"], check: tablesAreConstant),
    Rule(
      "VPMU-ABI-010",
      "Loading it and calling its entry starts no thread or process, leaves no descriptor open and prints nothing.",
      reference: "vpmu_plugin.h, vpmu_plugin_entry_v1",
      consequence: "The embedder's seccomp filter, descriptor table or output is not what it thinks.",
      prerequisites: ["VPMU-ABI-004"], check: isSilent),
    Rule(
      "VPMU-ABI-011", "The entry works with a services table that is longer than the plugin's header says.",
      reference: "vpmu_plugin.h, GROWING", consequence: "The plugin does not work with newer cores.",
      prerequisites: ["VPMU-ABI-005"], check: takesLongerServices),
  ]

  private static let state = [
    Rule(
      "VPMU-ABI-012",
      "Callbacks find counters by counters_offset and counter_size: with larger ones they do and answer the same.",
      reference: "vpmu_plugin.h, vpmu_counter_of",
      consequence: "With a newer core the plugin reads and writes other fields than it means to.",
      prerequisites: ["VPMU-ABI-008"], check: takesLargerState),
    Rule(
      "VPMU-ABI-013", "Callbacks write nothing outside the fields of vpmu_state and its counters.",
      reference: "vpmu_plugin.h, vpmu_state", consequence: "Memory of the embedder is damaged.",
      prerequisites: ["VPMU-ABI-008"], check: staysInside),
    Rule(
      "VPMU-ABI-014", "Callbacks leave struct_size, counter_size and counters_offset alone.",
      reference: "vpmu_plugin.h, vpmu_state", consequence: "Core and plugin lose the counters.",
      prerequisites: ["VPMU-ABI-008"], check: keepsSizes),
    Rule(
      "VPMU-ABI-015",
      "Callbacks leave the core's own words alone: retry, interrupts, pmi_pending, need_cleanup, and base and emulated "
        + "of each counter.",
      reference: "vpmu_plugin.h, vpmu_state and vpmu_counter",
      consequence: "Counts change by themselves, interrupts come unasked or are lost.",
      prerequisites: ["VPMU-ABI-008"], check: keepsCoreWords),
    Rule(
      "VPMU-ABI-016", "Only refresh sets the shape, from version to model_shape.",
      reference: "vpmu_plugin.h, vpmu_state and refresh",
      consequence: "A saved state can't be restored, and counters appear that the core has not checked.",
      prerequisites: ["VPMU-ABI-008"], check: keepsShape),
    Rule(
      "VPMU-ABI-017", "Callbacks that are given a const state change nothing.",
      reference: "vpmu_plugin.h, vpmu_ops",
      consequence: "Looking at a register changes what the guest sees.", prerequisites: ["VPMU-ABI-008"],
      check: readersChangeNothing),
  ]

  private static let warnings = [
    Rule(
      "VPMU-ABI-018", "It exports nothing but vpmu_*, and what linkers and Swift add.",
      reference: "vpmu_plugin.h, vpmu_plugin_entry_v1",
      consequence: "Its symbols can get mixed up with those of another library.", severity: .warning,
      prerequisites: ["VPMU-ABI-001"], check: exportsNothingElse),
    Rule(
      "VPMU-ABI-019", "Loading it and calling its entry takes less than 100 ms.",
      reference: "docs/conformance.md, Sources",
      consequence: "Every program that looks for plugins starts late.", severity: .warning,
      prerequisites: ["VPMU-ABI-005"], check: loadsFast),
  ]
}

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
      consequence: "The plugin refuses to work in this process.", prerequisites: ["VPMU-ABI-004"],
      check: returnsTable),
    Rule(
      "VPMU-ABI-006", "Each struct and element has at least the size that version 1.0 of the ABI gives it.",
      reference: "vpmu_plugin.h, GROWING", consequence: "Loaders refuse the plugin; others would read past its tables.",
      prerequisites: ["VPMU-ABI-005"], check: hasWholeStructs),
    Rule(
      "VPMU-ABI-007", "The table and the section vpmu_abi have the same version of the ABI.",
      reference: "vpmu_plugin.h, vpmu_plugin_info and vpmu_abi_identity",
      consequence: "What is decided before loading is wrong after it.", prerequisites: ["VPMU-ABI-006"],
      check: versionsAgree),
    Rule(
      "VPMU-ABI-008", "The required callback, refresh, is there.", reference: "vpmu_plugin.h, vpmu_ops",
      consequence: "Loaders refuse the plugin.", prerequisites: ["VPMU-ABI-006"], check: hasCallbacks),
    Rule(
      "VPMU-ABI-021", "Every callback returns, whatever it is asked: none crashes, ends the process or hangs.",
      reference: "vpmu_plugin.h, The callbacks",
      consequence: "A guest or a VMM ends the process in which all virtual CPUs run.",
      prerequisites: ["VPMU-ABI-008"], check: callbacksReturn),
    Rule(
      "VPMU-ABI-009", "The entry returns the same pointer each time, and the tables behind it never change.",
      reference: "vpmu_plugin.h, vpmu_plugin_info",
      consequence: "Programs that read the tables once and keep them disagree with those that read them later.",
      prerequisites: ["VPMU-ABI-006", "VPMU-ABI-021"], check: tablesAreConstant),
    Rule(
      "VPMU-ABI-010",
      "Loading it and calling its entry starts no thread or process, leaves no descriptor open and prints nothing.",
      reference: "vpmu_plugin.h, vpmu_plugin_entry_v1",
      consequence: "The embedder's seccomp filter, descriptor table or output is not as it expects.",
      prerequisites: ["VPMU-ABI-004"], check: hasNoSideEffects),
    Rule(
      "VPMU-ABI-011", "The entry works with a services table that is longer than that of the plugin's header.",
      reference: "vpmu_plugin.h, GROWING", consequence: "The plugin does not work with newer cores.",
      prerequisites: ["VPMU-ABI-005"], check: acceptsLongerServices),
  ]

  private static let state = [
    Rule(
      "VPMU-ABI-012",
      "Callbacks find counters by counters_offset and counter_size: with larger ones they do and answer the same.",
      reference: "vpmu_plugin.h, vpmu_counter_of",
      consequence: "With a newer core the plugin reads and writes other fields than it means to.",
      prerequisites: ["VPMU-ABI-021"], check: usesLayoutFields),
    Rule(
      "VPMU-ABI-013", "Callbacks write nothing outside the fields of vpmu_state and its counters.",
      reference: "vpmu_plugin.h, vpmu_state", consequence: "Memory of the embedder is damaged.",
      prerequisites: ["VPMU-ABI-021"], check: writesFieldsOnly),
    Rule(
      "VPMU-ABI-014", "Callbacks leave struct_size, counter_size and counters_offset alone.",
      reference: "vpmu_plugin.h, vpmu_state", consequence: "Core and plugin lose the counters.",
      prerequisites: ["VPMU-ABI-021"], check: keepsSizes),
    Rule(
      "VPMU-ABI-015",
      "Callbacks leave the core's own words alone: locally_enabled, retry, interrupts, pmi_pending, need_cleanup, and base "
        + "and emulated of each counter.",
      reference: "vpmu_plugin.h, vpmu_state and vpmu_counter",
      consequence: "Counts change by themselves, interrupts come unasked or are lost.",
      prerequisites: ["VPMU-ABI-021"], check: keepsCoreWords),
    Rule(
      "VPMU-ABI-016", "Only refresh sets the shape, from version to model_shape.",
      reference: "vpmu_plugin.h, vpmu_state and refresh",
      consequence: "A saved state can't be restored, and counters appear that the core has not checked.",
      prerequisites: ["VPMU-ABI-021"], check: keepsShape),
    Rule(
      "VPMU-ABI-017", "Callbacks that are given a const state change nothing.",
      reference: "vpmu_plugin.h, vpmu_ops",
      consequence: "Reading a register changes the guest's PMU.", prerequisites: ["VPMU-ABI-021"],
      check: readersChangeNothing),
    Rule(
      "VPMU-ABI-020",
      "A [hot] callback allocates no memory, writes no data of its library, and makes no system call.",
      reference: "vpmu_plugin.h, CONTEXTS",
      consequence: "Each access of the guest waits for the allocator or the kernel, and virtual CPUs share data.",
      prerequisites: ["VPMU-ABI-021"], check: hotCallbacksAreConfined),
  ]

  private static let warnings = [
    Rule(
      "VPMU-ABI-018", "It exports nothing but vpmu_*, and the symbols that linkers and Swift add.",
      reference: "vpmu_plugin.h, vpmu_plugin_entry_v1",
      consequence: "Its symbols can get mixed up with those of another library.", severity: .warning,
      prerequisites: ["VPMU-ABI-001"], check: exportsNothingElse),
    Rule(
      "VPMU-ABI-019", "Loading it and calling its entry takes less than 100 ms.",
      reference: "docs/conformance.md, Sources",
      consequence: "Every program that searches for plugins starts late.", severity: .warning,
      prerequisites: ["VPMU-ABI-005"], check: loadsFast),
  ]
}

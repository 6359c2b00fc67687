import VPMUTrace

/// The reason why a check ends early.
enum Finding: Error {
  /// The plugin breaks the rule: the observed and the expected behaviour, the preset, and a trace that ends with the
  /// answer that differs and holds the right one.
  case violated(String, model: String? = nil, trace: Trace? = nil)
  /// The plugin breaks the rule, and no answer of the trace shows it: the message says how to observe it from the
  /// trace's end. The trace holds the observed answers, and is as short as the check could make it.
  case violatedAfterTrace(String, model: String, trace: Trace)
  /// The plugin has nothing that the rule applies to: the reason.
  case notApplicable(String)
  /// The requested preset is none of the plugin's.
  case unknownModel(String, available: [String])
}

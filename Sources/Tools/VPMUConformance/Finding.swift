import VPMUTrace

/// Why a check did not pass.
enum Finding: Error {
  /// The plugin breaks the rule: what was seen and what was expected, the preset it was seen with, and a trace that ends
  /// with the answer that differs and holds the one that is right.
  case violated(String, model: String? = nil, trace: Trace? = nil)
  /// The same, where none of the trace's answers shows it: the message says what happens at its end, or beside it. The
  /// trace holds the answers that were seen, and is as short as the check could make it.
  case violatedUnseen(String, model: String, trace: Trace)
  /// The plugin has nothing that the rule speaks of.
  case notApplicable(String)
  /// The call asks for a preset that the plugin does not have.
  case unknownModel(String, available: [String])
}

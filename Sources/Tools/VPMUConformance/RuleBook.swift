/// All rules, in the order in which they are judged: a rule comes after its prerequisites.
public enum RuleBook {
  public static let all: [Rule] =
    ABIRules.all + TableRules.all + RefreshRules.all + MSRRules.all + PMCRules.all + CountingRules.all + PMIRules.all
    + LazyReleaseRules.all + ThreadRules.all + AnyGuestRules.all + VectorRules.all

  /// The rule of that id.
  public static func rule(_ id: String) -> Rule? { all.first { $0.id == id } }

  /// What is asked before all rules when one model is to be judged: it finds out whether the plugin has it, and says
  /// nothing of the plugin.
  static let modelQuestion = Rule(
    "VPMU-MODEL", "The plugin has the model that was asked for.", reference: "", consequence: ""
  ) { subject throws(Finding) in _ = try subject.presets }

  /// The ids of `selected` and of all that they stand on.
  static func closure(_ selected: Set<String>) -> Set<String> {
    var result = selected
    // A prerequisite stands before the rule: one walk from the end reaches all.
    for rule in all.reversed() where result.contains(rule.id) { result.formUnion(rule.prerequisites) }
    return result
  }
}

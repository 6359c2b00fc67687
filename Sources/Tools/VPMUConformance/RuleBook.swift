/// All rules, in the order in which they are judged: a rule comes after its prerequisites.
public enum RuleBook {
  public static let all: [Rule] =
    ABIRules.all + TableRules.all + RefreshRules.all + MSRRules.all + PMCRules.all + CountingRules.all + PMIRules.all
    + LazyReleaseRules.all + ThreadRules.all + AnyGuestRules.all + VectorRules.all

  /// The rule of that id.
  public static func rule(_ id: String) -> Rule? { all.first { $0.id == id } }

  /// Judged before all rules when one model is selected, and no part of the judgement: whether the plugin has that
  /// model.
  static let modelQuestion = Rule(
    "VPMU-MODEL", "The plugin has the selected model.", reference: "", consequence: ""
  ) { subject throws(Finding) in _ = try subject.presets }

  /// The ids of `selected` and of all their prerequisites.
  static func closure(_ selected: Set<String>) -> Set<String> {
    var result = selected
    // A prerequisite comes before the rule: one iteration from the end reaches all.
    for rule in all.reversed() where result.contains(rule.id) { result.formUnion(rule.prerequisites) }
    return result
  }
}

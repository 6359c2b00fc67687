/// The conformance kit: rules that any plugin is judged by, each in a process of its own.
///
/// | file | idea |
/// |---|---|
/// | `Rule`, `RuleGroup`, `RuleBook` | what is asked of a plugin, in a fixed order |
/// | `Rules/` | the rules: a table for each group, with its checks beside it |
/// | `Subject`, `Finding` | what a check gets, and what it throws |
/// | `Guest/` | what checks work with: a virtual PMU that records itself, a state in guarded memory, registers by role |
/// | `Runner/` | child processes, limits, verdicts |
/// | `Report/` | verdicts for people and for programs |
///
/// # How to add a rule
///
/// 1. Write the check: a static function `(Subject) throws(Finding)` in an extension of its group's enum, in a file of
///    `Rules/` that is named after the idea. Returning is *passed*. Throw ``Finding/violated(_:model:trace:)`` with what was
///    seen and what was expected, or ``Finding/notApplicable(_:)`` with the reason (the verdict *skipped*) when the plugin has
///    nothing that the rule speaks of. It runs in a process of its own: it may call the plugin in any way, and a crash
///    or a hang is a verdict. Judge every preset in `subject.presets`.
///    - What a guest does: a ``TracedGuest``. It throws the finding by itself at the first answer that differs, with the
///      trace up to there, which the judge then makes shorter and replays. Keep a case small: one register, one bit, a fresh
///      guest for each (it costs microseconds).
///    - What a guest does with a counter: a ``GuestCounter`` of `subject.counters(…)`, started and read by its guest.
///    - What can only be compared with another run: a ``ScriptedGuest``, a ``RandomScript``, and ``shortest(_:removing:where:)``. What no
///      answer shows is a ``Finding/violatedUnseen(_:model:trace:)``.
///    - What a callback does to the state: a ``GuardedState``. It notifications what is written where nothing may be.
///    - What exists for this guest: ``GuestRegisters``, from the declared ranges and the shape that `refresh` made.
///    - Random values: `subject.generator("purpose")`, repeatable by `--seed`.
/// 2. Add a line to the group's table. An id is never used again for another rule. Name as prerequisites the rules without
///    which this one could not be judged fairly; those that every rule of the group stands on are in
///    ``RuleGroup/foundation``. A rule stands after its prerequisites.
/// 3. Add a mutant: in `Tests/VPMUConformanceTests/Mutants/` an `#ifdef MUTANT_VPMU_MSR_001` that breaks this rule and none
///    before it. A test demands one for each rule whose severity is failure.
/// 4. Run the test of `docs/conformance.md`: it prints the lines to paste.
///
/// If a plugin that is known to be good fails, find out who is right: the reference decides, not the plugin.
public struct Rule: Sendable {
  /// What a violation means for the judgement as a whole.
  public enum Severity: String, Sendable {
    /// The plugin does not conform.
    case failure
    /// The plugin works, and could be better.
    case warning
  }

  /// `VPMU-ABI-001`: stable, and never used for another rule.
  public let id: String
  /// What a plugin must do.
  public let sentence: String
  /// Where that is written: a section of the header, a manual, or a document of this project.
  public let reference: String
  /// What goes wrong with a plugin that does not.
  public let consequence: String
  public let severity: Severity
  /// Rules, besides those that its group stands on, without which this one can't be judged.
  let ownPrerequisites: [String]

  typealias Check = @Sendable (Subject) throws(Finding) -> Void
  let check: Check

  init(
    _ id: String, _ sentence: String, reference: String, consequence: String, severity: Severity = .failure,
    prerequisites: [String] = [], check: @escaping Check
  ) {
    self.id = id
    self.sentence = sentence
    self.reference = reference
    self.consequence = consequence
    self.severity = severity
    ownPrerequisites = prerequisites
    self.check = check
  }

  /// The group that the id names.
  public var group: RuleGroup {
    RuleGroup.allCases.first { id.hasPrefix("VPMU-\($0.rawValue)-") } ?? .abi
  }

  /// Rules without which this one can't be judged: its group's foundation, and its own.
  public var prerequisites: [String] {
    let foundation = group.foundation.filter { $0 != id && !ownPrerequisites.contains($0) }
    return foundation + ownPrerequisites
  }
}

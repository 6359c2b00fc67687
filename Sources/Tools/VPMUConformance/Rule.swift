/// The conformance kit: rules for any plugin, each judged in a process of its own.
///
/// | file | idea |
/// |---|---|
/// | `Rule`, `RuleGroup`, `RuleBook` | the requirements, in a fixed order |
/// | `Rules/` | the rules: a table for each group, with the group's checks in a folder |
/// | `Subject`, `Finding` | the argument of a check, and the errors that it throws |
/// | `Callbacks/` | single calls of callbacks: recorded, on a state in guarded memory |
/// | `Guest/` | virtual PMUs that record their own traces, registers and counters by role |
/// | `Runner/` | child processes, limits, verdicts |
/// | `Report/` | verdicts as text and as JSON |
///
/// # How to add a rule
///
/// 1. Write the check: a static function `(Subject) throws(Finding)` in an extension of its group's enum, in a file of
///    `Rules/` that is named after the idea. A return is the verdict *passed*. Throw
///    ``Finding/violated(_:model:trace:)`` with the observed and the expected behaviour, or
///    ``Finding/notApplicable(_:)`` with the reason (the verdict *skipped*) when the plugin has nothing that the rule
///    applies to. The check runs in a process of its own: it may call the plugin in any way, and a crash or a hang is a
///    verdict. Judge every preset in `subject.presets`.
///    - A guest's accesses: a ``TracedGuest``. It throws the finding by itself at the first answer that differs, with
///      the trace up to there, which is then made shorter and replayed. Keep a case small: one register, one bit, a
///      fresh guest for each (it costs microseconds).
///    - A guest's counter: a ``GuestCounter`` of `subject.counters(…)`, started and read by its guest.
///    - Comparisons of two runs: a ``ScriptedGuest``, a ``RandomScript``, and ``shortest(_:removing:where:)``. A
///      violation that no answer shows is a ``Finding/violatedAfterTrace(_:model:trace:)``.
///    - A callback's effects on the state: a ``GuardedState``. It finds writes outside the fields.
///    - The registers that exist for a guest: ``GuestRegisters``, from the declared ranges and the shape that `refresh`
///      set.
///    - Random values: `subject.generator("purpose")`, repeatable by `--seed`.
/// 2. Add a line to the group's table. An id is never used again for another rule. Name as prerequisites the rules
///    without which this one can't be judged fairly: if one of them fails, this one is not judged. Those of every rule
///    of the group are in ``RuleGroup/foundation``. A rule comes after its prerequisites.
/// 3. Add a mutant: in `Tests/VPMUConformanceTests/Mutants/` an `#ifdef MUTANT_VPMU_MSR_001` that breaks this rule and
///    none before it. A test requires one for each rule.
/// 4. Run the test of `docs/conformance.md`: it prints the lines to paste.
///
/// If a plugin that is known to be good fails, the reference decides whether the plugin or the rule is wrong.
public struct Rule: Sendable {
  /// The weight of a violation.
  public enum Severity: String, Sendable {
    /// The plugin does not conform.
    case failure
    /// The plugin works, and could be better.
    case warning
  }

  /// `VPMU-ABI-001`: stable, and never used for another rule.
  public let id: String
  /// The requirement, as a sentence.
  public let sentence: String
  /// The source of the requirement: a section of the header, a manual, or a document of this project.
  public let reference: String
  /// The effect of a violation on a guest, a VMM or a tool.
  public let consequence: String
  public let severity: Severity
  /// Rules, besides its group's foundation, without which this one can't be judged.
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

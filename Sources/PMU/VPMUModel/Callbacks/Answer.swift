import CVPMU

/// The answer of a model to an access, as it crosses the boundary: two registers, no allocation.
public typealias ModelAnswer = vpmu_answer

extension ModelAnswer {
  /// Handled. For a read, `value` is what the guest gets.
  @inlinable
  public static func done(_ value: UInt64 = 0) -> ModelAnswer {
    ModelAnswer(status: VPMU_DONE, pmc: 0, value: value)
  }

  /// It is the value of that counter: read it.
  @inlinable
  public static func counter(_ pmc: PMCIndex) -> ModelAnswer {
    ModelAnswer(status: VPMU_COUNTER, pmc: pmc.rawValue, value: 0)
  }

  /// It is the value of that counter: store `value` in it. The core masks it to the counter's width.
  @inlinable
  public static func counter(_ pmc: PMCIndex, write value: UInt64) -> ModelAnswer {
    ModelAnswer(status: VPMU_COUNTER, pmc: pmc.rawValue, value: value)
  }

  /// The guest gets #GP.
  @inlinable
  public static var fault: ModelAnswer { ModelAnswer(status: VPMU_FAULT, pmc: 0, value: 0) }

  /// As the tables say.
  @inlinable
  public static var byTables: ModelAnswer { ModelAnswer(status: VPMU_BY_TABLES, pmc: 0, value: 0) }

  /// The model does not know this MSR number.
  @inlinable
  public static var unhandled: ModelAnswer { ModelAnswer(status: VPMU_UNHANDLED, pmc: 0, value: 0) }
}

/// The origin of an access.
@frozen
public enum AccessOrigin: UInt32, Sendable, BitwiseCopyable {
  /// The guest, by executing the instruction.
  case guest = 0
  /// The VMM itself: save, restore, migration.
  case host = 1
}

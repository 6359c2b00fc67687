/// What an embedder does wrong, or a model declares wrong. A guest's mistakes never show here: they are answered.
public enum VPMUError: Error, Equatable {
  /// A call from a thread that the vPMU is not bound to.
  case wrongThread
  /// The model refuses the guest's CPUID.
  case configurationRefused(model: String)
  /// The model's `refresh` left a shape that can't be. `model` is its id.
  case invalidShape(model: String, reason: String)
  /// The model's `refresh` returned neither VPMU_DONE nor VPMU_FAULT. `model` is its id.
  case invalidStatus(model: String, status: Int32)
  /// A saved state is not restored.
  case stateRefused(SavedStateError)
}

extension VPMUError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .wrongThread: "the vPMU is bound to another thread: call bind() on this one first"
    case .configurationRefused(let model):
      "the model \(model) can't present this CPUID: start from one of its presets (vpmu plugins lists them)"
    case .invalidShape(let model, let reason):
      "the model \(model) is faulty, its refresh set \(reason): report it to its author"
    case .invalidStatus(let model, let status):
      "the model \(model) is faulty, its refresh returned \(status), neither VPMU_DONE nor VPMU_FAULT: report it to its author"
    case .stateRefused(let error): error.description
    }
  }
}

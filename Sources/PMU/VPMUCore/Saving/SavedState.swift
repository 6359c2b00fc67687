import CVPMU
import VPMUModel

/// All that a guest can see of its PMU, and what is pending for it, with the model that it belongs to. As ``bytes`` it
/// goes to a file or another machine.
public struct SavedState: Sendable {
  /// ``ModelDeclaration/id``
  public let model: String
  /// ``ModelDeclaration/version``: of whom it was saved. Another version of the model may restore it.
  public let modelVersion: String
  @usableFromInline let state: vpmu_state

  init(model: String, modelVersion: String, state: vpmu_state) {
    self.model = model
    self.modelVersion = modelVersion
    self.state = state
  }
}

/// Why a saved state is refused. The vPMU is as it was.
public enum SavedStateError: Error, Equatable {
  /// These bytes are no saved state, or one that was damaged or cut off.
  case damaged(reason: String)
  /// A later version of this library saved it.
  case newer(reason: String)
  /// It is of another model, CPUID or host limit.
  case foreign(reason: String)
  /// It holds what no guest can have written.
  case impossible(reason: String)
}

extension SavedStateError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .damaged(let reason): "the saved state can't be read, \(reason): restore another copy of it"
    case .newer(let reason): "the saved state is of a later version, \(reason): restore it with that version"
    case .foreign(let reason):
      "the saved state does not fit this vPMU, \(reason): restore it with the configuration it was saved with"
    case .impossible(let reason): "the saved state holds what no guest can have written, \(reason): it was changed"
    }
  }
}

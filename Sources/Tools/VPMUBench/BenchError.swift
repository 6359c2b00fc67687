import VPMUCore
import VPMUModel

/// Why there is no measurement.
public enum BenchError: Error, Sendable {
  /// Real events were asked for and there are none; `advice` says what to change.
  case noHostEvents(advice: String)
  /// No real-time signal is free to carry overflow notifications.
  case noSignal
  /// A guest behind /dev/kvm was asked for and none can run.
  case noGuest(reason: String)
  /// The guest behind /dev/kvm does not go on.
  case guest(reason: String)
  /// The guest's driver got #GP from a register that it had found.
  case guestFault(model: String, register: String)
  /// The vPMU could not be made or used.
  case vpmu(VPMUError)
  /// A model that a trace names is not there.
  case noModel(file: String, vendor: String, reason: String)
  /// A trace can't be read.
  case trace(reason: String)
  /// The host gave out in the middle.
  case host(reason: String)
}

extension BenchError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .noHostEvents(let advice):
      "no host events can be measured here: \(advice); or measure with --host simulated"
    case .noSignal:
      "every real-time signal has a handler already, and overflow notifications need one: free one, or use --host simulated"
    case .noGuest(let reason): "\(reason); or measure with --guest thread"
    case .guest(let reason): reason
    case .guestFault(let model, let register):
      "\(register) of the model \(model) exists and then faults: report it to the model's author"
    case .vpmu(let error): "\(error)"
    case .noModel(let file, let vendor, let reason): "\(file) is for the model \(vendor): \(reason)"
    case .trace(let reason): reason
    case .host(let reason): "the host fails: \(reason)"
    }
  }
}

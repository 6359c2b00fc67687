import CLibVPMU
import PerfEventHost
import VPMUCore
import VPMULoader

/// An error as a C caller gets it: a code, and a text with the cause and what to do.
struct Failure: Error {
  let code: vpmu_error_code
  let text: String

  init(_ code: vpmu_error_code, _ text: String) {
    self.code = code
    self.text = text
  }

  static func argument(_ text: String) -> Failure { Failure(VPMU_ERROR_ARGUMENT, text) }

  init(_ error: VPMUError) {
    switch error {
    case .wrongThread: code = VPMU_ERROR_WRONG_THREAD
    case .configurationRefused: code = VPMU_ERROR_CPUID
    case .invalidShape, .invalidStatus: code = VPMU_ERROR_PLUGIN
    case .stateRefused: code = VPMU_ERROR_STATE
    }
    text = error.description
  }

  init(_ error: PluginSelectionError) {
    if case .notLoaded = error { code = VPMU_ERROR_PLUGIN } else { code = VPMU_ERROR_NO_MODEL }
    text = error.description
  }

  init(_ error: PluginLoadError) { self.init(VPMU_ERROR_PLUGIN, error.description) }

  init(_ error: PerfEventHostError) { self.init(VPMU_ERROR_NO_HOST_EVENTS, error.description) }

  init(_ error: OverflowSignalError) { self.init(VPMU_ERROR_SIGNAL, error.description) }

  init(_ error: FilterError) { self.init(VPMU_ERROR_FILTER, error.description) }

  /// Stores the error, if the caller wants it.
  ///
  /// - Returns: the code
  func store(in error: UnsafeMutablePointer<vpmu_error>?) -> Int32 {
    guard let error else { return code.rawValue }
    error.pointee.code = code.rawValue
    withUnsafeMutableBytes(of: &error.pointee.text) { _ = Boundary.store(text, in: $0) }
    return code.rawValue
  }
}

/// Runs the body of a function, and stores what went wrong.
///
/// - Returns: what the body returns, 0 or more, or a negative code
func result(
  _ error: UnsafeMutablePointer<vpmu_error>?, _ body: () throws(Failure) -> Int32
) -> Int32 {
  if let error {
    error.pointee.code = 0
    error.pointee.text.0 = 0
  }
  do throws(Failure) { return try body() } catch let failure { return failure.store(in: error) }
}

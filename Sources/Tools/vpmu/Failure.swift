import ArgumentParser
import KVMGuest
import LinuxGuest
import PerfEventHost
import VPMUBench
import VPMULoader
import VPMUTrace

/// What a command's failure becomes: its text on standard error, and an exit code.
enum Failure {
  /// The error that ArgumentParser ends the program with.
  static func exit(after error: any Error) -> any Error {
    switch error {
    case let error as PluginSelectionError:
      Output.error("\(error)")
      return error.isOfTheCallsWords ? ExitCode.validationFailure : ExitCode.failure
    case let error as BenchError:
      Output.error("\(error)")
      return ExitCode.failure
    case is GuestError, is VCPUThreadError, is RecordingError, is PerfEventHostError, is OverflowSignalError:
      Output.error("\(error)")
      return ExitCode.failure
    case let error as LinuxGuestError:
      Output.error("\(error)")
      return ExitCode(LinuxGuest.Status.failure)
    default: return error
    }
  }
}

extension PluginSelectionError {
  /// A name that is none: the call is to be corrected. Else it is the machine that lacks something.
  fileprivate var isOfTheCallsWords: Bool {
    switch self {
    case .unknownPlugin, .noPluginForVendor, .unknownModel: true
    case .noPlugins, .notLoaded: false
    }
  }
}

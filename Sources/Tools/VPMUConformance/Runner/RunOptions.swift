import Glibc
import VPMULoader

/// The options of a run.
public struct RunOptions: Sendable {
  /// The plugin's file.
  public var path: String
  /// The only model to judge; nil: all.
  public var model: String?
  /// Whether the file may be one that others could have written.
  public var trust = PluginTrust.ownersOnly
  /// The seed of the random numbers.
  public var seed: UInt64 = 1
  /// The directory of recorded traces, nil if there is none.
  public var vectors: String?
  /// The time limit of each rule, in seconds.
  public var timeLimit: Double = 10
  /// The ids to judge; nil: all. Their prerequisites are judged too.
  public var selection: Set<String>?
  /// The number of rules that are judged at a time, 1 or more.
  public var width = 1
  /// Whether the run ends at the first failure in the order of the rule book.
  public var stopsAtFirstFailure = false

  public init(path: String) { self.path = path }
}

/// An error of the run. It is no judgement of the plugin.
public enum RunError: Error, Equatable {
  /// Others could have written the file: its code is not run.
  case untrusted(PluginLoadError)
  /// The program that judges a rule can't be started: errno(3).
  case notStarted(program: String, errno: Int32)
  /// The program that judges a rule did not understand its arguments.
  case notTheProgram(String)
  /// The plugin has no such model.
  case unknownModel(String, available: [String])
}

extension RunError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .untrusted(let error): "\(error)"
    case .notStarted(let program, let errno):
      "\(program) can't be started for a rule (\(String(cString: strerror(errno)))): free processes or descriptors"
    case .notTheProgram(let rule):
      "the process for \(rule) did not understand its arguments: use the program that this library is part of"
    case .unknownModel(let name, let available):
      "the plugin has no model \(name): choose one of \(available.joined(separator: ", "))"
    }
  }
}

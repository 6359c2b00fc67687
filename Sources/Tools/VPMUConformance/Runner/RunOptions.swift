import Glibc
import VPMULoader

/// What is judged, and how.
public struct RunOptions: Sendable {
  /// The plugin's file.
  public var path: String
  /// The only model to judge; nil: all.
  public var model: String?
  /// Whether the file may be one that others could have written.
  public var trust = PluginTrust.ownersOnly
  /// Of the random numbers.
  public var seed: UInt64 = 1
  /// The directory of recorded traces, nil if there is none.
  public var vectors: String?
  /// For each rule, in seconds.
  public var timeLimit: Double = 10
  /// The ids to judge; nil: all. What they stand on is judged too.
  public var selection: Set<String>?
  /// Rules judged at a time, 1 or more.
  public var width = 1
  /// Whether rules after the first failure, in the order of the book, are left out.
  public var stopsAtFirstFailure = false

  public init(path: String) { self.path = path }
}

/// Why rules are not judged. It says nothing of the plugin.
public enum RunError: Error, Equatable {
  /// Others could have written the file: its code is not run.
  case untrusted(PluginLoadError)
  /// The program that judges a rule can't be started: the error number of the system.
  case notStarted(program: String, errno: Int32)
  /// The program that judges a rule ended at once, because it was not told what this library tells.
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
      "the process for \(rule) did not understand its words: judge with the program that this library is part of"
    case .unknownModel(let name, let available):
      "the plugin has no model \(name): choose one of \(available.joined(separator: ", "))"
    }
  }
}

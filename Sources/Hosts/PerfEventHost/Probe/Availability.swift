import CLibc
import VPMUCore

/// Whether the host gave what the probe asked for.
public enum Availability: Hashable, Sendable {
  case available
  /// The kernel said no, with this errno.
  case refused(errno: Int32)
  /// There was nothing to try it on.
  case notTried

  public var isAvailable: Bool { self == .available }

  /// What `body` comes to.
  init(_ body: () throws(Errno) -> Void) {
    do throws(Errno) {
      try body()
      self = .available
    } catch {
      self = .refused(errno: error.code)
    }
  }
}

extension Availability: CustomStringConvertible {
  /// For people: `yes`, `no (EACCES)`, `not tried`.
  public var description: String {
    switch self {
    case .available: "yes"
    case .refused(let errno): "no (\(Errno(errno).name))"
    case .notTried: "not tried"
    }
  }
}

/// The version of an installed QEMU.
public struct QEMUVersion: Comparable, Sendable, CustomStringConvertible {
  public var major: Int
  public var minor: Int

  /// The first whose plugins can write a guest's registers and program counter (plugin API 7).
  public static let least = QEMUVersion(major: 11, minor: 1)

  public init(major: Int, minor: Int) {
    self.major = major
    self.minor = minor
  }

  /// Of the output of `qemu-system-x86_64 --version`; nil if it is none.
  public init?(output: String) {
    let line = /QEMU emulator version (?<major>\d{1,4})\.(?<minor>\d{1,4})/
    guard let match = output.firstMatch(of: line), let major = Int(match.major), let minor = Int(match.minor) else {
      return nil
    }
    self.init(major: major, minor: minor)
  }

  public static func < (one: QEMUVersion, other: QEMUVersion) -> Bool {
    (one.major, one.minor) < (other.major, other.minor)
  }

  public var description: String { "\(major).\(minor)" }
}

/// A command as the guest's first process reads it from /vpmu/command. All strings are bytes, as the kernel takes them:
/// a file's name need not be text.
public struct GuestCommand: Equatable {
  /// The terminal that the command's streams are, if they are one.
  public struct Terminal: Equatable {
    public var rows: UInt16
    public var columns: UInt16
    /// Whether standard error is the terminal too.
    public var hasErrors: Bool

    public init(rows: UInt16, columns: UInt16, hasErrors: Bool) {
      self.rows = rows
      self.columns = columns
      self.hasErrors = hasErrors
    }
  }

  /// At least one.
  public var arguments: [[UInt8]]
  /// `NAME=value` each.
  public var environment: [[UInt8]]
  /// An absolute path.
  public var directory: [UInt8]
  public var terminal: Terminal?

  public init(
    arguments: [[UInt8]], environment: [[UInt8]], directory: [UInt8], terminal: Terminal? = nil
  ) {
    self.arguments = arguments
    self.environment = environment
    self.directory = directory
    self.terminal = terminal
  }

  /// The directory is the root of the file system: all of it is writable in the guest, then.
  public var isInRoot: Bool { directory == [UInt8(ascii: "/")] }

  /// Five numbers of 32 bits (flags, rows, columns, how many arguments, how many variables), then the strings, each
  /// with a NUL at its end.
  var bytes: [UInt8] {
    let flags: UInt32 =
      (terminal == nil ? 0 : 1) | (terminal?.hasErrors == true ? 2 : 0) | (isInRoot ? 4 : 0)
    var bytes: [UInt8] = []
    for number in [
      flags, UInt32(terminal?.rows ?? 0), UInt32(terminal?.columns ?? 0), UInt32(arguments.count),
      UInt32(environment.count),
    ] {
      bytes.append(littleEndian: number)
    }
    for string in [directory] + arguments + environment { bytes += string + [0] }
    return bytes
  }
}

extension GuestCommand {
  /// This environment with directories in front of `PATH`, and a place where rr can write: its own, in the user's home
  /// directory, is read-only in the guest.
  public func prepared(pathPrefix: String) -> GuestCommand {
    var copy = self
    let name = Array("PATH=".utf8)
    let path = environment.last { $0.starts(with: name) }.map { $0.dropFirst(name.count) }
    copy.environment.removeAll { $0.starts(with: name) }
    copy.environment.append(
      name + Array(pathPrefix.utf8) + [UInt8(ascii: ":")] + (path ?? Array("/usr/bin:/bin".utf8)[...]))
    for (name, value) in [("_RR_TRACE_DIR=", directory + "/rr".utf8)]
    where !copy.environment.contains(where: { $0.starts(with: name.utf8) }) {
      copy.environment.append(name.utf8 + value)
    }
    return copy
  }
}

extension [UInt8] {
  mutating func append(littleEndian number: UInt32) {
    for shift in stride(from: 0, to: 32, by: 8) { append(UInt8(truncatingIfNeeded: number &>> UInt32(shift))) }
  }
}

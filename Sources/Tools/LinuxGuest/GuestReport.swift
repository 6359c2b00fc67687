/// What people are shown while a guest runs: none of it is the command's.
public struct GuestReport {
  /// Text for standard error as it is.
  public var write: (String) -> Void
  /// Whether standard error is a terminal, where a line can change.
  public var isTerminal: Bool

  public init(isTerminal: Bool, write: @escaping (String) -> Void) {
    self.write = write
    self.isTerminal = isTerminal
  }
}

import Glibc

extension GuestCommand {
  /// The last arguments of this process, its environment, its working directory and its terminal.
  public static func ofThisProcess(count: Int) throws(LinuxGuestError) -> GuestCommand {
    let total = Int(CommandLine.argc)
    let arguments = (total - min(count, total)..<total).map { bytes(CommandLine.unsafeArgv[$0]) }
    var environment: [[UInt8]] = []
    var variable = environ
    while let text = variable.pointee {
      environment.append(bytes(text))
      variable += 1
    }
    guard let path = getcwd(nil, 0) else { throw .system("getcwd", errno: errno) }
    defer { free(path) }
    var command = GuestCommand(arguments: arguments, environment: environment, directory: bytes(path))
    if HostTerminal.isThere {
      let size = HostTerminal.size
      command.terminal = Terminal(rows: size.rows, columns: size.columns, hasErrors: isatty(STDERR_FILENO) != 0)
    }
    return command
  }

  private static func bytes(_ string: UnsafeMutablePointer<CChar>?) -> [UInt8] {
    string.map { Array(UnsafeRawBufferPointer(start: $0, count: strlen($0))) } ?? []
  }
}

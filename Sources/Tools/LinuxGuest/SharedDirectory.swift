import CLinux
import Glibc

/// A directory of this machine that the guest mounts: a virtiofsd of its own.
final class SharedDirectory {
  /// The connection that QEMU inherits; it is this object's.
  let connection: Int32
  private let server: ChildProgram

  /// - Parameter output: where the server's messages go
  init(_ path: String, isWritable: Bool, _ program: GuestProgram, output: Int32) throws(LinuxGuestError) {
    var listening: Int32 = -1
    var connected: Int32 = -1
    let result = clinux_listener(&listening, &connected)
    guard result == 0 else { throw .system("socket", errno: -result) }
    defer { close(listening) }
    var words =
      program.words + [
        "--fd=\(listening)", "--shared-dir", path, "--sandbox=none", "--cache=auto", "--log-level=error",
      ]
    if !isWritable { words.append("--readonly") }
    do {
      server = try ChildProgram("virtiofsd", words, output: output, keeping: [listening])
    } catch {
      close(connected)
      throw error
    }
    connection = connected
  }

  deinit { close(connection) }

  /// It ends when QEMU does.
  func end() { server.end(within: 1) }
}

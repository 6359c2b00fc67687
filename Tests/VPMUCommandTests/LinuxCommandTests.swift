import Foundation
import LinuxGuest
import TestSupport
import Testing

/// Why no guest can run here; nil: one can.
private let obstacle: String? = {
  var search = GuestSearch.standard
  search.programDirectory = Command.directory.path
  do throws(LinuxGuestError) {
    _ = try GuestPrograms.find(search)
    return nil
  } catch {
    return "\(error)"
  }
}()

@Suite(.serialized) struct LinuxCommandTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// A guest without a PMU whose time is this machine's: the one that boots in the shortest time.
  private func linux(_ options: [String] = [], _ words: [String], input: String = "/dev/null") throws -> Command {
    let call = ["linux", "--plain", "--no-icount"] + options + ["--"] + words
    return try Command.run(
      ["-c", "input=$1; shift; exec \"$@\" <\"$input\"", "sh", input, Command.directory.appending(path: "vpmu").path]
        + call,
      program: URL(filePath: "/bin/sh"), in: folder.url)
  }

  @Test(.enabled(if: obstacle == nil, "\(obstacle ?? "")"))
  func `Streams are kept apart, arguments and input arrive byte for byte, and the directory is written to`() throws {
    let name = "odd\nname'\" $x"
    try Data("data\n\u{0}end".utf8).write(to: folder.url.appending(path: name))
    let script =
      #"printf '%s|' "$@"; cat; echo errors >&2; cat "$1" >copy; echo x 2>/dev/null >/etc/x || echo refused; exit 7"#
    let run = try linux([], ["sh", "-c", script, "sh", name, "it's", "", "$HOME"], input: folder.url.path + "/" + name)
    #expect(run.output == "\(name)|it's||$HOME|data\n\u{0}endrefused\n")
    #expect(run.errors == "errors\n")
    #expect(run.status == 7)
    #expect(try Data(contentsOf: folder.url.appending(path: "copy")) == Data("data\n\u{0}end".utf8))
    #expect(try folder.contents() == ["copy", name].sorted())
  }

  @Test(.enabled(if: obstacle == nil, "\(obstacle ?? "")"))
  func `Much output arrives whole, the time follows the instructions, and a signal is 128 and its number`() throws {
    let run = try Command.run(
      ["linux", "--plain", "--", "sh", "-c", "head -c 3000000 /dev/zero | tr '\\0' x; kill -9 $$"], in: folder.url)
    #expect(run.output.utf8.count == 3_000_000 && run.output.utf8.allSatisfy { $0 == UInt8(ascii: "x") })
    #expect(run.status == 137)
    #expect(run.errors.isEmpty, "\(run.errors)")
  }

  @Test(.enabled(if: obstacle == nil, "\(obstacle ?? "")"))
  func `A command that there is not ends with 127`() throws {
    let run = try linux([], ["no-such-command"])
    #expect(run.status == 127)
    #expect(run.errors.contains("no-such-command"))
  }

  @Test(.enabled(if: obstacle == nil, "\(obstacle ?? "")"))
  func `After the time limit the status is 124, and no process is left`() throws {
    let run = try linux(["--time-limit", "2"], ["sleep", "1000"])
    #expect(run.status == 124)
    #expect(try processes() == [])
  }

  @Test(.enabled(if: obstacle == nil, "\(obstacle ?? "")"), arguments: [SIGINT, SIGTERM, SIGKILL])
  func `A signal ends the guest, and no process is left`(_ number: Int32) throws {
    let process = Process()
    process.executableURL = Command.directory.appending(path: "vpmu")
    process.arguments = ["linux", "--plain", "--no-icount", "--", "sleep", "1000"]
    process.currentDirectoryURL = folder.url
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    Thread.sleep(forTimeInterval: 1.5)
    #expect(try !processes().isEmpty)
    kill(process.processIdentifier, number)
    process.waitUntilExit()
    #expect(process.terminationStatus == (number == SIGKILL ? number : 128 + number))
    let limit = Date(timeIntervalSinceNow: 5)
    while try !processes().isEmpty, Date() < limit { Thread.sleep(forTimeInterval: 0.05) }
    #expect(try processes() == [])
  }

  @Test(.enabled(if: obstacle != nil, "a guest can run here"))
  func `Where no guest can run, it says what makes one`() throws {
    let run = try linux([], ["true"])
    #expect(run.status == 125)
    #expect(run.errors.contains("make linux-guest"), "\(run.errors)")
  }

  /// Processes in this test's directory: QEMU, the servers of files, and the command itself.
  private func processes() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: "/proc").filter { name in
      guard Int(name) != nil else { return false }
      let directory = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(name)/cwd")
      return directory == folder.url.path
    }
  }
}

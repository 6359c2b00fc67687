/// A command of this machine, run in a Linux guest in QEMU.
///
/// The guest has this machine's files, read-only, and the working directory, writable, by virtio-fs; its first process,
/// `vpmu-guest-init`, connects the command's streams with this process by frames on a virtio-serial port. QEMU and the
/// servers of files are this process's children and end with it, however it ends; nothing has a name in a file system.
import CLinux
import Glibc

public struct LinuxGuest {
  /// Exit statuses that are not the command's own.
  public enum Status {
    /// The command did not end in its time.
    public static let timeLimit: Int32 = 124
    /// The command was not run.
    public static let failure: Int32 = 125
    /// The command's file can't be executed.
    public static let notExecutable: Int32 = 126
    /// There is no such command.
    public static let notFound: Int32 = 127
    /// And a signal's number: the command ended by it.
    public static let signal: Int32 = 128
  }

  public var search: GuestSearch
  public var programs: GuestPrograms
  public var configuration: GuestConfiguration
  public var command: GuestCommand
  /// Seconds from the start of QEMU on; nil: none.
  public var timeLimit: Double?

  public init(
    _ command: GuestCommand, _ programs: GuestPrograms, _ search: GuestSearch, _ configuration: GuestConfiguration,
    timeLimit: Double? = nil
  ) {
    self.command = command
    self.programs = programs
    self.search = search
    self.configuration = configuration
    self.timeLimit = timeLimit
  }

  /// Runs the command to its end, with the standard streams of this process.
  ///
  /// - Returns: the exit status: the command's, or one of ``Status``
  public func run(_ report: GuestReport) throws(LinuxGuestError) -> Int32 {
    let signals = try GuestSignals()
    let archive = try InitialRAMDisk(programs, search, command: command).archive()
    let disk = clinux_memory_file("initrd", archive, archive.count)
    guard disk >= 0 else { throw .system("memfd_create", errno: -disk) }
    let channel = try Descriptor.connection()
    let console = try Descriptor.connection()
    let messages = try Descriptor.connection()
    let files = try SharedDirectory("/", isWritable: command.isInRoot, programs.virtiofsd, output: messages.1)
    let directory =
      command.isInRoot
      ? nil
      : try SharedDirectory(".", isWritable: true, programs.virtiofsd, output: messages.1)
    let descriptors = QEMUArguments.Descriptors(
      initialRAMDisk: disk, files: files.connection, directory: directory?.connection, channel: channel.1,
      console: console.1)
    let qemu = try ChildProgram(
      "QEMU", try QEMUArguments.words(programs, configuration, descriptors), output: messages.1,
      keeping: descriptors.all)
    for descriptor in [disk, channel.1, console.1, messages.1] { close(descriptor) }
    for descriptor in [channel.0, console.0, messages.0] { Descriptor.setNonBlocking(descriptor) }
    defer {
      for descriptor in [channel.0, console.0, messages.0, signals.descriptor] { close(descriptor) }
    }
    let session = GuestSession(
      qemu: qemu, channel: channel.0, console: console.0, messages: messages.0, signals: signals,
      terminal: command.terminal, timeLimit: timeLimit, showsKernelMessages: configuration.showsKernelMessages,
      report: report)
    defer {
      files.end()
      directory?.end()
    }
    return try session.run()
  }
}

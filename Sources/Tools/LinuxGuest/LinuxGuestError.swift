import Glibc

/// Why no command runs in a guest. The description says what to do about it.
public enum LinuxGuestError: Error, Equatable {
  /// Programs that the machine lacks.
  case missing([String])
  /// The QEMU that there is, by its path, is older than what is needed.
  case oldQEMU(path: String, version: QEMUVersion)
  /// The plugin that gives the guest its PMU was not found in these directories.
  case noPlugin(searched: [String])
  /// The guest's first process was not found in these directories.
  case noGuestInit(searched: [String])
  /// QEMU has no CPU for this model.
  case model(String)
  /// A file can't be read.
  case unreadable(path: String, errno: Int32)
  /// A system call of the host fails.
  case system(String, errno: Int32)
  /// A program ended before the command did; the text is what it, and the guest's kernel, wrote.
  case ended(program: String, text: String)
  /// The guest's first process can't run the command.
  case guest(String)
  /// The command did not start in this time; the text is what the guest's kernel wrote.
  case notStarted(seconds: Int, text: String)
  /// The guest sent what is no message.
  case `protocol`
}

extension LinuxGuestError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .missing(let programs):
      "a guest needs \(programs.joined(separator: ", ")): `make linux-guest` makes what is missing, without root rights"
    case .oldQEMU(let path, let version):
      "\(path) is version \(version), and \(QEMUVersion.least) or later is needed: `make linux-guest` makes one"
    case .noPlugin(let searched):
      "libvpmu-qemu.so, which gives the guest its PMU, is in none of \(searched.joined(separator: ", ")): build it with "
        + "`make qemu-plugin`, or run the guest without a PMU by --plain"
    case .noGuestInit(let searched):
      "vpmu-guest-init, the guest's first process, is in none of \(searched.joined(separator: ", ")): build it with "
        + "`swift build --product vpmu-guest-init`"
    case .model(let model):
      "QEMU has no CPU for the model \(model): choose one of \(EmulatedCPU.choices)"
    case .unreadable(let path, let errno):
      "\(path) can't be read: \(String(cString: strerror(errno)))"
    case .system(let call, let errno):
      "\(call) fails: \(String(cString: strerror(errno)))"
    case .ended(let program, let text):
      "\(program) ended before the command did" + Self.appended(text)
    case .guest(let text):
      "the guest can't run the command: \(text)"
    case .notStarted(let seconds, let text):
      "the command did not start in the guest in \(seconds) s; --dmesg shows the kernel's messages"
        + Self.appended(text)
    case .protocol:
      "the guest sent what is no message of vpmu-guest-init: is it of this version?"
    }
  }

  private static func appended(_ text: String) -> String { text.isEmpty ? "" : ":\n" + text }
}

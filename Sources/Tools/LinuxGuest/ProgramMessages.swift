/// What QEMU, its plugin and virtiofsd write. Lines that begin with `vpmu` are the plugin's, and are shown; the others
/// only if the guest ends before the command does.
struct ProgramMessages {
  private static let mostBytes = 8192

  private(set) var descriptor: Int32
  private let report: GuestReport
  private var line: [UInt8] = []
  private var last: [UInt8] = []

  init(_ descriptor: Int32, _ report: GuestReport) {
    self.descriptor = descriptor
    self.report = report
  }

  mutating func receive() {
    while descriptor >= 0 {
      guard let bytes = (try? Descriptor.read(descriptor)) ?? nil else {
        descriptor = -1
        return
      }
      if bytes.isEmpty { return }
      for byte in bytes {
        line.append(byte)
        if byte == 0x0A || line.count == Self.mostBytes { finishLine() }
      }
    }
  }

  private mutating func finishLine() {
    let text = String(decoding: line, as: UTF8.self)
    // Features of the CPU that emulation lacks are no failure.
    if text.hasPrefix("vpmu") {
      report.write(text)
    } else if !text.contains("warning: TCG doesn't support requested feature") {
      last = Array((last + line).suffix(Self.mostBytes))
    }
    line = []
  }

  var text: String { String(decoding: last + line, as: UTF8.self) }
}

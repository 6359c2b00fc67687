/// The console of the guest's kernel.
struct KernelConsole {
  /// As much as a message about a failure shows, in bytes.
  private static let mostBytes = 4096

  private(set) var descriptor: Int32
  private let isShown: Bool
  private let report: GuestReport
  private var last: [UInt8] = []
  /// A terminal in raw mode needs a carriage return too.
  var isOnRawTerminal = false

  init(_ descriptor: Int32, isShown: Bool, _ report: GuestReport) {
    self.descriptor = descriptor
    self.isShown = isShown
    self.report = report
  }

  mutating func receive() {
    while true {
      guard let bytes = (try? Descriptor.read(descriptor)) ?? nil else {
        descriptor = -1
        return
      }
      if bytes.isEmpty { return }
      let lines = bytes.filter { $0 != 0x0D }
      last = Array((last + lines).suffix(Self.mostBytes))
      guard isShown else { continue }
      let text = String(decoding: lines, as: UTF8.self)
      report.write(
        isOnRawTerminal ? text.split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "\r\n") : text
      )
    }
  }

  /// The last lines.
  var text: String { String(decoding: last, as: UTF8.self) }
}

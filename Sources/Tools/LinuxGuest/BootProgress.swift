/// A line that counts the seconds while the guest boots, on a terminal only.
struct BootProgress {
  private let report: GuestReport
  private var shown = -1

  init(_ report: GuestReport) { self.report = report }

  mutating func show(seconds: Double) {
    guard report.isTerminal, Int(seconds) != shown else { return }
    shown = Int(seconds)
    report.write("\r\u{1B}[Kstarting a guest: \(shown) s")
  }

  /// Leaves a clean line behind.
  mutating func end() {
    if shown >= 0 { report.write("\r\u{1B}[K") }
    shown = -1
  }
}

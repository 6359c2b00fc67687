import CLibVPMU
import VPMULoader
import TraceFormat
import VPMUCore
import VPMUModel

/// Writes what happens to a vCPU as lines of a trace, to a function of the embedder.
struct TraceWriter {
  typealias Line = @convention(c) (UnsafeMutableRawPointer?, UnsafePointer<CChar>?, Int) -> Void

  private let line: Line
  private let context: UnsafeMutableRawPointer?
  /// Whether a replay has the same host events: it has every event.
  private let hasAllEvents: Bool

  /// Writes the first line.
  init(_ line: @escaping Line, _ context: UnsafeMutableRawPointer?, _ machine: Machine, _ limits: HostLimits) {
    self.line = line
    self.context = context
    if case .reported(_, nil) = machine.host, machine.policy == .reuse {
      hasAllEvents = true
    } else {
      hasAllEvents = false
    }
    let configuration = TraceConfiguration(
      vendor: machine.declaration.name, title: "\(machine.selection.preset.name), recorded by libvpmu",
      guest: machine.configuration, limits: limits)
    write(configuration.text)
  }

  func write(_ operation: TraceOperation) { write(operation.text) }

  func writeEntry(pmi: Bool, live: UInt64) {
    write(.enter(pmi: pmi, hostEvents: hasAllEvents ? UInt32(truncatingIfNeeded: live) : nil))
  }

  private func write(_ text: String) {
    var text = text + "\n"
    text.withUTF8 { bytes in
      bytes.withMemoryRebound(to: CChar.self) { line(context, $0.baseAddress, $0.count) }
    }
  }
}

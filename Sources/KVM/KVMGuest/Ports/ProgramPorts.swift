import CGuestProgram
import CKVM

/// The ports of the built-in program: a serial line that is always ready, and the exit port. Others read as all ones
/// and take everything.
///
/// No ``PortBus``, which asks each device: every list of commands ends with a write to the exit port.
struct ProgramPorts {
  private static let serial: UInt16 = 0x3F8
  private static let lineStatus: UInt16 = 0x3FD
  /// Transmitter empty.
  private static let isReady: UInt8 = 0x60

  /// What the guest wrote to the serial line, not more than ``mostOutput`` bytes.
  private(set) var output: [UInt8] = []

  static let mostOutput = 1 << 20

  /// Carries out an I/O exit.
  ///
  /// - Returns: what was written to the exit port, if it was
  mutating func perform(_ run: UnsafeMutablePointer<kvm_run>) -> UInt32? {
    let exit = ckvm_io(run).pointee
    let bytes = UnsafeMutableRawBufferPointer(
      start: ckvm_io_data(run), count: Int(exit.size) * Int(exit.count))
    guard exit.direction == UInt8(KVM_EXIT_IO_OUT) else {
      for index in bytes.indices { bytes[index] = exit.port == Self.lineStatus ? Self.isReady : 0xFF }
      return nil
    }
    switch exit.port {
    case Self.serial:
      output += bytes.prefix(max(0, Self.mostOutput - output.count))
      return nil
    case UInt16(GUEST_EXIT_PORT):
      return bytes.first.map { UInt32($0) }
    default: return nil
    }
  }

  /// Takes the serial line's output.
  mutating func takeOutput() -> [UInt8] {
    defer { output = [] }
    return output
  }
}

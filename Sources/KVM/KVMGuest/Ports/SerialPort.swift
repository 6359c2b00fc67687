/// A serial line (16550) whose transmitter is always ready and which receives nothing.
public final class SerialPort: PortDevice {
  public let ports: ClosedRange<UInt16>
  private let put: (UInt8) -> Void
  /// Registers 1 to 7 as they were written.
  private var registers = [UInt8](repeating: 0, count: 8)

  private static let lineControl = 3
  private static let lineStatus = 5
  /// LCR: registers 0 and 1 are the divisor of the clock.
  private static let divisorLatch: UInt8 = 0x80
  /// LSR: transmitter holding register and shift register empty.
  private static let isReady: UInt8 = 0x60

  /// - Parameters:
  ///   - base: its first port; it has eight
  ///   - put: takes each byte that is sent
  public init(at base: UInt16 = 0x3F8, _ put: @escaping (UInt8) -> Void) {
    ports = base...base + 7
    self.put = put
  }

  public func read(_ port: UInt16, size: Int) -> UInt32 {
    let register = Int(port - ports.lowerBound)
    return switch register {
    case 0, 2: register == 2 ? 1 : 0  // nothing received; no interrupt pending
    case Self.lineStatus: UInt32(Self.isReady)
    default: UInt32(registers[register])
    }
  }

  public func write(_ port: UInt16, _ value: UInt32, size: Int) {
    let register = Int(port - ports.lowerBound)
    let byte = UInt8(truncatingIfNeeded: value)
    let isDivisor = registers[Self.lineControl] & Self.divisorLatch != 0
    switch register {
    case 0: if !isDivisor { put(byte) }
    case 1 where isDivisor: break
    default: registers[register] = byte
    }
  }
}

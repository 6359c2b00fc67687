/// The firmware-configuration device: a selector of two bytes, and a port that gives the chosen item byte by byte, then
/// zeros.
public final class FirmwareConfiguration: PortDevice {
  public let ports: ClosedRange<UInt16>
  private let items: [UInt16: [UInt8]]
  private var rest: ArraySlice<UInt8> = []

  /// - Parameters:
  ///   - base: the selector's port; the data's is the next
  ///   - cpus: number of CPUs
  ///   - memory: bytes
  public init(at base: UInt16 = 0x510, cpus: UInt16, memory: UInt64) {
    ports = base...base + 1
    items = [
      Self.signature: Array("QEMU".utf8), Self.interface: Self.bytes(UInt32(1)), Self.memorySize: Self.bytes(memory),
      Self.cpuCount: Self.bytes(cpus), Self.mostCPUs: Self.bytes(cpus),
    ]
  }

  /// Keys.
  private static let signature: UInt16 = 0
  private static let interface: UInt16 = 1
  private static let memorySize: UInt16 = 3
  private static let cpuCount: UInt16 = 5
  private static let mostCPUs: UInt16 = 0xF

  public func read(_ port: UInt16, size: Int) -> UInt32 {
    guard port != ports.lowerBound else { return .max }
    return UInt32(rest.popFirst() ?? 0)
  }

  public func write(_ port: UInt16, _ value: UInt32, size: Int) {
    guard port == ports.lowerBound else { return }
    rest = items[UInt16(truncatingIfNeeded: value)]?[...] ?? []
  }

  private static func bytes(_ value: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: value.littleEndian) { Array($0) }
  }
}

/// A port that a test kernel ends the machine with: what is written is its result.
public final class ExitPort: PortDevice {
  public let ports: ClosedRange<UInt16>
  /// What was written, once it was.
  public private(set) var value: UInt32?

  public init(at port: UInt16 = 0xF4) { ports = port...port }

  /// The exit status that stands for it, value * 2 + 1: never 0, and odd, so that others are free to mean something
  /// else.
  public var status: Int32? { value.map { Int32(($0 << 1 | 1) & 0xFF) } }

  public func read(_ port: UInt16, size: Int) -> UInt32 { .max }

  public func write(_ port: UInt16, _ value: UInt32, size: Int) { self.value = value }
}

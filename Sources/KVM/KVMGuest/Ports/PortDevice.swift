/// A device on I/O ports.
public protocol PortDevice: AnyObject {
  /// Where it is.
  var ports: ClosedRange<UInt16> { get }

  /// IN: `size` is 1, 2 or 4 bytes, the lowest of the result.
  func read(_ port: UInt16, size: Int) -> UInt32

  /// OUT: the same.
  func write(_ port: UInt16, _ value: UInt32, size: Int)
}

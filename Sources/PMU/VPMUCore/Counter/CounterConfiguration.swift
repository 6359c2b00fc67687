import VPMUModel

/// The programming of a counter that is to count: what its event counts, and when the counter overflows.
@frozen
public struct CounterConfiguration: BitwiseCopyable {
  public var pmc: PMCIndex
  /// The whole event select, or a fixed counter's four control bits.
  public var value: UInt64
  /// Events to the overflow, 1 to 2^63 - 1.
  public var period: UInt64
  /// The guest asks for an interrupt at overflow.
  public var interrupts: Bool

  @inlinable
  public init(pmc: PMCIndex, value: UInt64, period: UInt64, interrupts: Bool) {
    self.pmc = pmc
    self.value = value
    self.period = period
    self.interrupts = interrupts
  }
}

import VPMUModel

/// What a counter is to count from now on.
@frozen
public struct CounterWish: BitwiseCopyable {
  public var pmc: PMCIndex
  /// The whole event select, or a fixed counter's four control bits.
  public var configuration: UInt64
  /// Events to the overflow, 1 to 2^63 - 1.
  public var period: UInt64
  /// The guest wants an interrupt at overflow.
  public var interrupts: Bool
  /// The counter has just overflowed and interrupts: the guest is about to give it another value.
  public var isAboutToChange: Bool

  @inlinable
  public init(pmc: PMCIndex, configuration: UInt64, period: UInt64, interrupts: Bool, isAboutToChange: Bool) {
    self.pmc = pmc
    self.configuration = configuration
    self.period = period
    self.interrupts = interrupts
    self.isAboutToChange = isAboutToChange
  }
}

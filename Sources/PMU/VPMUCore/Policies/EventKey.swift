import CVPMU
import VPMUModel

/// What two counters must have in common to count by the same host event: all that a configuration says of *what* is counted. Not
/// whether it is enabled or interrupts, and not pin control, which changes nothing.
@frozen
public struct EventKey: Equatable, BitwiseCopyable {
  @usableFromInline let configuration: UInt64
  /// A fixed counter's number, or -1.
  @usableFromInline let fixed: Int32

  @inlinable
  public init(_ configuration: UInt64, of pmc: PMCIndex) {
    if pmc.isFixed {
      self.configuration = configuration & ~VPMU_FIXED_INTERRUPT
      fixed = Int32(truncatingIfNeeded: pmc.number)
    } else {
      self.configuration = configuration & ~(VPMU_SELECT_ENABLE | VPMU_SELECT_INTERRUPT | VPMU_SELECT_PIN)
      fixed = -1
    }
  }
}

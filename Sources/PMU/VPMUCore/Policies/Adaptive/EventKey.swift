import CVPMU
import VPMUModel

/// The part of a configuration that says *what* is counted: two counters with the same key can count by the same host
/// event. It is without enable, interrupt, and pin control, which changes nothing.
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

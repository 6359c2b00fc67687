import CVPMU
import VPMUCore
import VPMUModel

/// What one counter is to count.
public struct GuestEvent: Equatable, Sendable, BitwiseCopyable {
  /// Event and unit mask, as they stand in an event select register. Unused for a fixed counter.
  public var code: UInt64
  public var rings: Rings
  /// Events from one interrupt to the next; nil: it counts, and never interrupts.
  public var period: UInt64?

  public init(code: UInt64, rings: Rings = [.user, .kernel], period: UInt64?) {
    self.code = code
    self.rings = rings
    self.period = period
  }

  /// The event select that holds it, enabled or not.
  public func select(enabled: Bool) -> UInt64 {
    code | (rings.contains(.user) ? VPMU_SELECT_USER : 0) | (rings.contains(.kernel) ? VPMU_SELECT_OS : 0)
      | (period != nil ? VPMU_SELECT_INTERRUPT : 0) | (enabled ? VPMU_SELECT_ENABLE : 0)
  }

  /// The four control bits of a fixed counter.
  public var fixedControl: UInt64 {
    (rings.contains(.user) ? VPMU_FIXED_USER : 0) | (rings.contains(.kernel) ? VPMU_FIXED_OS : 0)
      | (period != nil ? VPMU_FIXED_INTERRUPT : 0)
  }
}

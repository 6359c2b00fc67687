import CVPMU

/// The guest-visible and pending state of one virtual CPU's PMU, in memory that the core owns: `vpmu_state` of
/// `vpmu_plugin.h`, which describes each field.
public typealias PMUState = UnsafeMutablePointer<vpmu_state>

extension PMUState {
  /// The counter of an index; it must exist.
  @inlinable
  public func counter(_ pmc: PMCIndex) -> UnsafeMutablePointer<vpmu_counter> { vpmu_counter_of(self, pmc.rawValue) }

  /// Bits of a general-purpose and of a fixed counter, as the guest's CPUID shows them.
  @inlinable
  public var counterWidths: (generalPurpose: UInt32, fixed: UInt32) {
    (UInt32(pointee.gp_mask.nonzeroBitCount), UInt32(pointee.fixed_mask.nonzeroBitCount))
  }

  /// General-purpose counter `n`, below `gp_count`.
  @inlinable
  public func generalPurpose(_ n: UInt32) -> UnsafeMutablePointer<vpmu_counter> { vpmu_counter_of(self, n) }

  /// The bits that a counter's value may have: 2^width - 1.
  @inlinable
  public func widthMask(_ pmc: PMCIndex) -> UInt64 { pmc.isFixed ? pointee.fixed_mask : pointee.gp_mask }

  /// The four control bits of fixed counter `i`.
  @inlinable
  public func fixedControl(_ i: UInt32) -> UInt64 { (pointee.fixed_control &>> UInt64(4 &* i)) & 0xF }

  /// Whether the guest's CPU has all of these.
  @inlinable
  public func has(_ features: RegisterFeatures) -> Bool { features.rawValue & ~pointee.features == 0 }

  /// Whether there is a global control register.
  @inlinable
  public var hasGlobalControl: Bool { has(.globalControl) }

  /// Stores an event select; a changed one is looked at before the guest runs.
  @inlinable
  public func setEventSelect(_ n: UInt32, _ value: UInt64) {
    let counter = generalPurpose(n)
    guard counter.pointee.selector != value else { return }
    counter.pointee.selector = value
    requestReprogram(PMCIndex.generalPurpose(n).bit)
  }

  /// Stores the register that controls the fixed counters; each counter whose four bits changed is in use, and looked at
  /// before the guest runs.
  @inlinable
  public func setFixedControl(_ value: UInt64) {
    var changes = pointee.fixed_control ^ value
    pointee.fixed_control = value
    while changes != 0 {
      let i = UInt32(truncatingIfNeeded: changes.trailingZeroBitCount) &>> 2
      changes &= ~(0xF &<< UInt64(4 &* i))
      pointee.in_use |= PMCIndex.fixed(i).bit
      requestReprogram(PMCIndex.fixed(i).bit)
    }
  }

  /// Stores the global control register; each counter whose bit changed is looked at before the guest runs.
  @inlinable
  public func setGlobalControl(_ value: UInt64) {
    requestReprogram(pointee.global_control ^ value)
    pointee.global_control = value
  }

  /// Requests that the counters in `mask` be looked at before the guest runs.
  @inlinable
  public func requestReprogram(_ mask: UInt64) { pointee.reprogram |= mask }
}

/// 2^width - 1, for a width of 0 to 64 bits.
@inlinable
public func widthMask(bits width: UInt32) -> UInt64 {
  width >= 64 ? .max : (1 &<< UInt64(width)) &- 1
}

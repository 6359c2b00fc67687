import CVPMU

/// The guest-visible and pending state of one virtual CPU's PMU, in memory that the core owns: `vpmu_state` of
/// `vpmu_plugin.h`, which describes each field. A model is handed one to change it.
///
/// It stands for the memory and is valid during the call that it is handed to. ``PMUStateView`` is the same for
/// callbacks that only read.
@frozen
public struct PMUState: @unchecked Sendable, BitwiseCopyable {
  @usableFromInline package let pointer: UnsafeMutablePointer<vpmu_state>

  @inlinable
  package init(_ pointer: UnsafeMutablePointer<vpmu_state>) { self.pointer = pointer }

  /// The fields by their names in `vpmu_plugin.h`.
  @inlinable
  public var fields: vpmu_state {
    @inline(__always) unsafeAddress { UnsafePointer(pointer) }
    @inline(__always) nonmutating unsafeMutableAddress { pointer }
  }

  /// Where the counters begin, in bytes: the header asserts it (`VPMU_FROZEN`).
  package static let countersOffset = 224

  /// The same memory, to be read only.
  @inlinable
  public var view: PMUStateView { PMUStateView(pointer) }
}

/// A ``PMUState`` that is only read.
@frozen
public struct PMUStateView: @unchecked Sendable, BitwiseCopyable {
  @usableFromInline package let pointer: UnsafePointer<vpmu_state>

  @inlinable
  package init(_ pointer: UnsafePointer<vpmu_state>) { self.pointer = pointer }

  @inlinable
  package init(_ pointer: UnsafeMutablePointer<vpmu_state>) { self.pointer = UnsafePointer(pointer) }

  /// The fields by their names in `vpmu_plugin.h`.
  @inlinable
  public var fields: vpmu_state {
    @inline(__always) unsafeAddress { pointer }
  }
}

// MARK: Reading

extension PMUStateView {
  /// The fields of a counter that exists.
  @inlinable
  public func counter(_ pmc: PMCIndex) -> vpmu_counter {
    vpmu_counter_of(UnsafeMutablePointer(mutating: pointer), pmc.rawValue).pointee
  }

  /// The same, by the layout of this library: for the core.
  @inlinable
  package func ownCounter(_ pmc: PMCIndex) -> vpmu_counter {
    vpmu_own_counter(UnsafeMutablePointer(mutating: pointer), pmc.rawValue).pointee
  }

  /// Whether the guest's CPU has all of these.
  @inlinable
  public func has(_ features: ModelFeatures) -> Bool { features.rawValue & ~pointer.pointee.features == 0 }

  /// Whether there is a global control register.
  @inlinable
  public var hasGlobalControl: Bool { has(.globalControl) }

  /// The value bits of a counter: 2^width - 1.
  @inlinable
  public func widthMask(_ pmc: PMCIndex) -> UInt64 {
    pmc.isFixed ? pointer.pointee.fixed_mask : pointer.pointee.gp_mask
  }

  /// Bits of a general-purpose and of a fixed counter, as the guest's CPUID shows them.
  @inlinable
  public var counterWidths: (generalPurpose: UInt32, fixed: UInt32) {
    (UInt32(pointer.pointee.gp_mask.nonzeroBitCount), UInt32(pointer.pointee.fixed_mask.nonzeroBitCount))
  }

  /// The four control bits of fixed counter `i`.
  @inlinable
  public func fixedControl(_ i: UInt32) -> UInt64 { (pointer.pointee.fixed_control &>> UInt64(4 &* i)) & 0xF }

  /// The bits of all general-purpose counters.
  public var generalPurposeCounters: UInt64 { VPMUModel.widthMask(bits: pointer.pointee.gp_count) }
}

extension PMUState {
  /// Whether the guest's CPU has all of these.
  @inlinable
  public func has(_ features: ModelFeatures) -> Bool { view.has(features) }

  /// Whether there is a global control register.
  @inlinable
  public var hasGlobalControl: Bool { view.hasGlobalControl }

  /// The bits of all general-purpose counters.
  public var generalPurposeCounters: UInt64 { view.generalPurposeCounters }

  /// The guest's CPU has these too.
  public func add(_ features: ModelFeatures) { pointer.pointee.features |= features.rawValue }

  /// The fields of a counter that exists.
  @inlinable
  package func counter(_ pmc: PMCIndex) -> UnsafeMutablePointer<vpmu_counter> { vpmu_counter_of(pointer, pmc.rawValue) }
}

// MARK: Registers

extension PMUState {
  /// Stores an event select of general-purpose counter `n`; a changed one requests a reprogram of the counter.
  @inlinable @inline(__always)
  public func setEventSelect(_ n: UInt32, _ value: UInt64) {
    setEventSelect(value, of: vpmu_counter_of(pointer, n), bit: PMCIndex.generalPurpose(n).bit)
  }

  @inlinable @inline(__always)
  package func setEventSelect(_ value: UInt64, of counter: UnsafeMutablePointer<vpmu_counter>, bit: UInt64) {
    guard counter.pointee.selector != value else { return }
    counter.pointee.selector = value
    let others = pointer.pointee.locally_enabled & ~bit
    pointer.pointee.locally_enabled = value & VPMU_SELECT_ENABLE != 0 ? others | bit : others
    requestReprogram(bit)
  }

  /// Stores the register that controls the fixed counters; each counter whose four bits changed is in use, and is
  /// reprogrammed before the guest runs.
  @inlinable
  public func setFixedControl(_ value: UInt64) {
    var changes = pointer.pointee.fixed_control ^ value
    pointer.pointee.fixed_control = value
    while changes != 0 {
      let i = UInt32(truncatingIfNeeded: changes.trailingZeroBitCount) &>> 2
      changes &= ~(0xF &<< UInt64(4 &* i))
      let bit = PMCIndex.fixed(i).bit
      let others = pointer.pointee.locally_enabled & ~bit
      let isEnabled = view.fixedControl(i) & (VPMU_FIXED_OS | VPMU_FIXED_USER) != 0
      pointer.pointee.locally_enabled = isEnabled ? others | bit : others
      pointer.pointee.in_use |= bit
      requestReprogram(bit)
    }
  }

  /// Stores the global control register; each counter whose bit changed is reprogrammed before the guest runs.
  @inlinable
  public func setGlobalControl(_ value: UInt64) {
    requestReprogram(pointer.pointee.global_control ^ value)
    pointer.pointee.global_control = value
  }

  /// Requests that the counters in `mask` be reprogrammed before the guest runs.
  @inlinable
  public func requestReprogram(_ mask: UInt64) { pointer.pointee.reprogram |= mask }
}

/// 2^width - 1, for a width of 0 to 64 bits.
@inlinable
public func widthMask(bits width: UInt32) -> UInt64 {
  width >= 64 ? .max : (1 &<< UInt64(width)) &- 1
}

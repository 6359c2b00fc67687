import CVPMU

/// How many counters of one kind there are, and how wide they are.
@frozen
public struct CounterShape: Sendable, Hashable, BitwiseCopyable {
  /// Number of counters.
  public var count: UInt32
  /// Bits of each.
  public var width: UInt32

  @inlinable
  public init(count: UInt32, width: UInt32) {
    self.count = count
    self.width = width
  }

  /// No counter of this kind.
  @inlinable
  public static var none: CounterShape { CounterShape(count: 0, width: 0) }

  /// No more, and no wider, than all of these; a counter without a bit is none.
  func clamped(count maximum: UInt32..., width widest: UInt32...) -> CounterShape {
    let width = min(width, widest.min() ?? 0)
    return CounterShape(count: width > 0 ? min(count, maximum.min() ?? 0) : 0, width: width)
  }
}

/// The part of a shape that most models set alike.
extension PMUState {
  /// Sets the counters that a guest has, and the bits that the registers common to all of them do not have: the global
  /// ones have a bit for each counter; the control register of the fixed ones has ring 0, rings 1 to 3 and interrupt of
  /// each.
  ///
  /// Whatever CPUID says, there are no more counters, and no wider ones, than the host offers, than the model has
  /// registers for, and than a core can hold (63 bits).
  ///
  /// A model adds what is left: the bits reserved in an event select, its version, its features (``add(_:)``), and bits
  /// of the status register that are of no counter.
  public func setCounters(
    generalPurpose: CounterShape, fixed: CounterShape = .none, host: HostLimits, registers: RegisterFile
  ) {
    let gp = generalPurpose.clamped(count: host.gp_counters, registers.gpCounters, width: host.gp_width, 63)
    let fixed = fixed.clamped(count: host.fixed_counters, registers.fixedCounters, width: host.fixed_width, 63)
    fields.gp_count = gp.count
    fields.gp_mask = VPMUModel.widthMask(bits: gp.width)
    fields.fixed_count = fixed.count
    fields.fixed_mask = VPMUModel.widthMask(bits: fixed.width)
    fields.all_valid =
      VPMUModel.widthMask(bits: gp.count) | VPMUModel.widthMask(bits: fixed.count) << UInt64(VPMU_FIXED_BASE)
    fields.global_control_reserved = ~fields.all_valid
    fields.global_status_reserved = ~fields.all_valid
    fields.fixed_control_reserved = .max
    for i in 0..<fixed.count {
      fields.fixed_control_reserved &=
        ~((VPMU_FIXED_OS | VPMU_FIXED_USER | VPMU_FIXED_INTERRUPT) << UInt64(4 * i))
    }
  }
}

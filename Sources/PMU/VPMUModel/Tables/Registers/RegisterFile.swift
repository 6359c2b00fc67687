import CVPMU

/// The registers of a model in the form that the core runs, made from its table of ``RegisterRange``s: it decides which
/// register a number is for a guest, and carries out accesses.
///
/// Roles, traits and features mean what `vpmu_plugin.h` says at `VPMU_ROLE_*` and `VPMU_RANGE_*`. A number that no
/// range claims is unhandled; one that is claimed, but does not exist for the guest (a feature or its counter is
/// missing), is #GP. If two ranges claim the same number, which is a mistake, the first one has it.
///
/// Registers of the role ``RegisterRole/other`` are the model's to implement (``SpecialRegisters``): here an access to
/// one is #GP, but for a guest's write to a read-only one that ignores reserved bits.
///
/// It is a constant, made once and never freed: keep it in a `static let`, and a copy of that in a stored property of
/// the model, because a global variable is looked up at each use. A number is found by one multiplication and, as a
/// rule, one compare; nothing allocates.
@frozen
public struct RegisterFile: BitwiseCopyable, @unchecked Sendable {
  @usableFromInline let header: UnsafePointer<Header>

  /// It stands before the entries.
  @frozen @usableFromInline
  struct Header: BitwiseCopyable {
    /// Of a hash of 64 bits, those above `shift` are the number of an entry.
    @usableFromInline let shift: UInt64
    let gpCounters: UInt32
    let fixedCounters: UInt32
    let sharedEnable: UInt64
  }

  /// The limit on the registers of all ranges together.
  public static let maximumRegisters: UInt64 = 1 << 16

  /// - Parameter ranges: at most ``maximumRegisters`` registers in all, which is a precondition
  public init(_ ranges: [RegisterRange]) {
    header = RegisterIndex(ranges).permanent()
  }

  @inlinable
  var entries: UnsafePointer<RegisterEntry> {
    UnsafeRawPointer(header + 1).assumingMemoryBound(to: RegisterEntry.self)
  }

  /// The counters that the enable bit of the lowest one enables; 0: each counter has its own.
  package var sharedEnable: UInt64 { header.pointee.sharedEnable }

  /// General-purpose counters for which there are value registers, 0 to 16: no guest can have more.
  public var gpCounters: UInt32 { header.pointee.gpCounters }

  /// Fixed counters for which there are value registers, 0 to 16.
  public var fixedCounters: UInt32 { header.pointee.fixedCounters }

  /// Whether this register exists for this guest.
  @inlinable @inline(__always)
  public func isValid(_ msr: MSRNumber, _ state: PMUStateView) -> Bool { find(msr).pointee.exists(state) }

  /// The counter whose value or event select this register is: a write to it marks the counter in use. Nil for a second
  /// name of a counter (``RegisterTraits/fullWidth``).
  @inlinable @inline(__always)
  public func pmc(of msr: MSRNumber, _ state: PMUStateView) -> PMCIndex? {
    let entry = find(msr)
    guard entry.pointee.marked != 0, entry.pointee.exists(state) else { return nil }
    return entry.pointee.pmc
  }

  /// The counter that RDPMC with this selector reads: that of any range that exists.
  @inlinable @inline(__always)
  public func pmc(selector: RDPMCSelector, _ state: PMUStateView) -> PMCIndex? {
    let key = RegisterEntry.key(of: selector)
    var entry = firstIndex(of: key)
    while entry.pointee.key != key || !entry.pointee.exists(state) {
      if entry.pointee.kind == .none { return nil }
      entry += 1
    }
    return entry.pointee.pmc
  }

  /// The entry of a register, or an empty one.
  @inlinable @inline(__always)
  package func find(_ msr: MSRNumber) -> UnsafePointer<RegisterEntry> {
    let key = RegisterEntry.key(of: msr)
    var entry = firstIndex(of: key)
    while entry.pointee.key != key, entry.pointee.kind != .none { entry += 1 }
    return entry
  }

  /// The first index to compare; an entry stands there, or in one of the next ones before an empty one.
  @inlinable @inline(__always)
  func firstIndex(of key: UInt64) -> UnsafePointer<RegisterEntry> {
    entries + Int(truncatingIfNeeded: (key &* RegisterIndex.multiplier) &>> header.pointee.shift)
  }
}

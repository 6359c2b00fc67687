import CVPMU

/// One register, or one RDPMC selector, of a ``RegisterFile``, in the form that an access compares.
@frozen @usableFromInline
package struct RegisterEntry: BitwiseCopyable {
  /// The role of the register, as far as accesses differ.
  @frozen @usableFromInline
  package enum Kind: UInt8, BitwiseCopyable {
    /// An empty place: nothing has this number.
    case none
    case counter
    /// A counter under a second number, which does not mark it in use.
    case counterAlias
    case eventSelect, fixedControl, globalControl, globalStatus, globalStatusClear, globalStatusSet
    case constant
    case other
    /// Not a register: an RDPMC selector.
    case selector
  }

  /// The MSR number, or the RDPMC selector with a bit above it.
  @usableFromInline package let key: UInt64
  /// The counters that must exist: the bit of ``pmc``, or none.
  @usableFromInline package let counters: UInt64
  /// The counters that a write marks in use: the same, or none.
  @usableFromInline package let marked: UInt64
  @usableFromInline package let features: ModelFeatures
  /// The counter whose register or selector this is; of a constant, the word of `model_shape`.
  @usableFromInline package let pmc: PMCIndex
  /// Where the core has that counter, in bytes from the start of a state.
  @usableFromInline let offset: UInt16
  @usableFromInline package let kind: Kind
  @usableFromInline package let traits: RegisterTraits

  /// - Parameter pmc: nil: it belongs to no single counter
  init(
    key: UInt64, kind: Kind, pmc: PMCIndex?, counters: UInt64, features: ModelFeatures = [],
    traits: RegisterTraits = []
  ) {
    self.key = key
    self.counters = counters
    marked = kind == .counter || kind == .eventSelect ? counters : 0
    self.features = features
    self.pmc = pmc ?? .generalPurpose(0)
    offset = UInt16(clamping: Self.offset(of: self.pmc))
    self.kind = kind
    self.traits = traits
  }

  /// Exists for no guest.
  static var empty: RegisterEntry {
    RegisterEntry(key: .max, kind: .none, pmc: .noSuchCounter, counters: PMCIndex.noSuchCounter.bit)
  }

  @inlinable
  package static func key(of msr: MSRNumber) -> UInt64 { UInt64(msr.rawValue) }

  @inlinable
  package static func key(of selector: RDPMCSelector) -> UInt64 { UInt64(selector.rawValue) | 1 &<< 32 }

  /// Whether this guest has it: every feature that it needs, and its counter.
  @inlinable @inline(__always)
  package func exists(_ state: PMUStateView) -> Bool {
    features.rawValue & ~state.pointer.pointee.features == 0 && counters & ~state.pointer.pointee.all_valid == 0
  }

  /// The counter, by the core's own layout.
  @inlinable @inline(__always)
  func counter(in state: PMUState) -> UnsafeMutablePointer<vpmu_counter> {
    (UnsafeMutableRawPointer(state.pointer) + Int(offset)).assumingMemoryBound(to: vpmu_counter.self)
  }

  private static func offset(of pmc: PMCIndex) -> Int {
    let position = Int((pmc.rawValue & 15) | ((pmc.rawValue >> 1) & 16))
    return PMUState.countersOffset + position * MemoryLayout<vpmu_counter>.stride
  }

  /// The answer to an access where it does not exist.
  @inlinable
  package var absence: ModelAnswer { kind == .none ? .unhandled : .fault }

  /// The value that a write of `value` stores in a register without the bits in `reserved`, nil for #GP.
  @inlinable @inline(__always)
  package func accepted(_ value: UInt64, reserved: UInt64) -> UInt64? {
    guard value & reserved != 0 else { return value }
    return traits.contains(.ignoresReserved) ? value & ~reserved : nil
  }
}

extension PMCIndex {
  /// An index that no guest's counter has.
  static var noSuchCounter: PMCIndex { PMCIndex(rawValue: 63) }
}

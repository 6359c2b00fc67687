import CVPMU

/// One register, or one RDPMC selector, as a ``RegisterFile`` keeps it: what an access needs, ready to be compared.
@frozen @usableFromInline
struct RegisterEntry: BitwiseCopyable {
  /// What the register is: its role, as far as accesses differ.
  @frozen @usableFromInline
  enum Kind: UInt8, BitwiseCopyable {
    /// An empty place: nothing has this number.
    case none
    case counter
    /// A counter under a second number, which does not mark it in use.
    case counterAlias
    case eventSelect, fixedControl, globalControl, globalStatus, globalStatusClear, globalStatusSet
    case other
    /// Not a register: an RDPMC selector.
    case selector

    /// Whether a write marks a counter in use.
    @inlinable @inline(__always)
    var marksCounter: Bool { self == .counter || self == .eventSelect }
  }

  /// The MSR number, or the RDPMC selector with a bit above it.
  @usableFromInline let key: UInt64
  /// The counters that must exist: the bit of ``pmc``, or none.
  @usableFromInline let counters: UInt64
  @usableFromInline let features: RegisterFeatures
  /// The counter whose register or selector this is.
  @usableFromInline let pmc: PMCIndex
  @usableFromInline let kind: Kind
  @usableFromInline let traits: RegisterTraits

  /// - Parameter pmc: nil: it belongs to no single counter
  init(key: UInt64, kind: Kind, pmc: PMCIndex?, features: RegisterFeatures = [], traits: RegisterTraits = []) {
    self.key = key
    self.counters = pmc?.bit ?? 0
    self.features = features
    self.pmc = pmc ?? .generalPurpose(0)
    self.kind = kind
    self.traits = traits
  }

  /// Exists for no guest.
  static var empty: RegisterEntry { RegisterEntry(key: .max, kind: .none, pmc: .noSuchCounter) }

  @inlinable
  static func key(of msr: MSRNumber) -> UInt64 { UInt64(msr.rawValue) }

  @inlinable
  static func key(of selector: RDPMCSelector) -> UInt64 { UInt64(selector.rawValue) | 1 &<< 32 }

  /// Whether this guest has it: every feature that it needs, and its counter.
  @inlinable
  func exists(_ state: PMUState) -> Bool {
    features.rawValue & ~state.pointee.features == 0 && counters & ~state.pointee.all_valid == 0
  }

  /// The answer to an access where it does not exist.
  @inlinable
  var absence: ModelAnswer { kind == .none ? .unhandled : .fault }

  /// What a write of `value` leaves for a register without the bits in `reserved`, nil for #GP.
  @inlinable
  func accepted(_ value: UInt64, reserved: UInt64) -> UInt64? {
    let isWhole = value & reserved == 0
    return isWhole || traits.contains(.ignoresReserved) ? value & ~reserved : nil
  }
}

extension PMCIndex {
  /// An index that no guest's counter has.
  static var noSuchCounter: PMCIndex { PMCIndex(rawValue: 63) }
}

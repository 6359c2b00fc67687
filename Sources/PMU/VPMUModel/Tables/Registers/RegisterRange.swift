import CVPMU

/// The kind of the registers of a range, and with that the effect of an access to them: `VPMU_ROLE_*` of
/// `vpmu_plugin.h` says it for each.
public enum RegisterRole: UInt32, Sendable, CaseIterable {
  /// Not described by a role: the model implements it (``SpecialRegisters``).
  case other = 0
  case gpCounter = 1
  case eventSelect = 2
  case fixedCounter = 3
  case fixedControl = 4
  case globalControl = 5
  case globalStatus = 6
  /// A 1 written clears the bit of GLOBAL_STATUS.
  case globalStatusClear = 7
  /// A 1 written sets the bit of GLOBAL_STATUS.
  case globalStatusSet = 8
  /// Reads a word of `model_shape`, and can't be written.
  case constant = 9
}

/// How the registers of a range differ from what their role says: `VPMU_RANGE_*`.
@frozen
public struct RegisterTraits: OptionSet, Sendable, Hashable, BitwiseCopyable {
  public let rawValue: UInt32

  @inlinable
  public init(rawValue: UInt32) { self.rawValue = rawValue }

  /// A guest's write changes nothing: #GP, or ignored with ``ignoresReserved``.
  @inlinable
  public static var readOnly: RegisterTraits { RegisterTraits(rawValue: UInt32(VPMU_RANGE_READ_ONLY)) }
  /// Counters: a guest's write stores bits 31:0, sign-extended.
  @inlinable
  public static var signExtends: RegisterTraits { RegisterTraits(rawValue: UInt32(VPMU_RANGE_SIGN_EXTENDS)) }
  /// Counters: a write of a bit above the width is #GP. Where an earlier range has the same counters, these are second
  /// names, and a write to one does not mark the counter in use.
  @inlinable
  public static var fullWidth: RegisterTraits { RegisterTraits(rawValue: UInt32(VPMU_RANGE_FULL_WIDTH)) }
  /// Reserved bits are dropped when written; without it: #GP.
  @inlinable
  public static var ignoresReserved: RegisterTraits { RegisterTraits(rawValue: UInt32(VPMU_RANGE_IGNORES_RESERVED)) }
  /// Event selects: the enable bit of the first enables the counters of the whole range, the others' own means nothing.
  @inlinable
  public static var sharedEnable: RegisterTraits { RegisterTraits(rawValue: UInt32(VPMU_RANGE_SHARED_ENABLE)) }
}

/// Bits of `vpmu_state.features`: registers and events that only some CPUs of a model have. The model sets them in
/// `refresh`, the rows of its tables name those that they need.
@frozen
public struct ModelFeatures: OptionSet, Sendable, Hashable, BitwiseCopyable {
  public let rawValue: UInt64

  @inlinable
  public init(rawValue: UInt64) { self.rawValue = rawValue }

  /// There is a global control register.
  @inlinable
  public static var globalControl: ModelFeatures { ModelFeatures(rawValue: VPMU_FEATURE_GLOBAL_CONTROL) }

  /// The model's own feature `n`, 0 to 47.
  public static func ofModel(_ n: UInt32) -> ModelFeatures { ModelFeatures(rawValue: 1 << UInt64(16 + n % 48)) }
}

/// The same register of successive counters: one line of a model's register table.
///
/// A table claims every number that some CPU of the model may have, none twice (the first range would have it); one
/// that does not exist for a guest is #GP. Where two ranges name the same counters, the later one is the better one to
/// use, if it exists.
public struct RegisterRange: Sendable, Equatable {
  public var role: RegisterRole
  /// The first register.
  public var first: MSRNumber
  /// Number of registers, 1 or more.
  public var count: UInt32
  /// Distance of two registers, 1 or more.
  public var stride: UInt32
  /// The counter of the first register; the others follow.
  public var firstPMC: PMCIndex
  /// The RDPMC selector of that counter, nil if RDPMC can't name it.
  public var rdpmcBase: RDPMCSelector?
  /// The word of `model_shape` that the first register reads, for ``RegisterRole/constant``: 0 to 3.
  public var word: UInt32
  public var traits: RegisterTraits
  /// The registers exist only for a guest that has all of these.
  public var features: ModelFeatures

  /// - Parameter firstPMC: nil: counter 0 of the kind that the role asks for
  public init(
    _ role: RegisterRole, first: UInt32, count: UInt32 = 1, stride: UInt32 = 1, firstPMC: PMCIndex? = nil,
    rdpmcBase: UInt32? = nil, word: UInt32 = 0, traits: RegisterTraits = [], features: ModelFeatures = []
  ) {
    self.role = role
    self.first = MSRNumber(first)
    self.count = count
    self.stride = stride
    self.firstPMC = firstPMC ?? (role == .fixedCounter ? .fixed(0) : .generalPurpose(0))
    self.rdpmcBase = rdpmcBase.map { RDPMCSelector($0) }
    self.word = word
    self.traits = traits
    self.features = features
  }

  /// Register `n` of the range, nil if the range is shorter.
  public func register(_ n: UInt32) -> MSRNumber? {
    n < count ? MSRNumber(first.rawValue &+ n &* stride) : nil
  }

  /// Whether `msr` is one of the range's registers.
  public func contains(_ msr: MSRNumber) -> Bool {
    let distance = msr.rawValue &- first.rawValue
    let step = max(stride, 1)
    return distance % step == 0 && distance / step < count
  }
}

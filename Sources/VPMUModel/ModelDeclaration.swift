import CVPMU

/// What the register of a range is for.
public enum RegisterRole: UInt16, Sendable {
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
}

/// The same register of successive counters: one line of a model's register table.
///
/// A table claims every number that some CPU of the model may have; which of them exist for one guest says
/// ``PMUModel/isValidMSR(_:_:)``. Where two ranges name the same counters, the later one is the better one to use, if it
/// exists.
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
  /// A guest's write changes nothing.
  public var isReadOnly: Bool
  /// A guest's write stores bits 31:0, sign-extended.
  public var signExtends: Bool

  public init(
    _ role: RegisterRole, first: UInt32, count: UInt32 = 1, stride: UInt32 = 1,
    firstPMC: PMCIndex = .generalPurpose(0), rdpmcBase: RDPMCSelector? = nil, isReadOnly: Bool = false,
    signExtends: Bool = false
  ) {
    self.role = role
    self.first = MSRNumber(first)
    self.count = count
    self.stride = stride
    self.firstPMC = firstPMC
    self.rdpmcBase = rdpmcBase
    self.isReadOnly = isReadOnly
    self.signExtends = signExtends
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

/// One CPU that a plugin can be: a name for people, and the CPUID that makes it so.
public struct ModelPreset: Sendable {
  /// Short and unique, for a command line: `intel-v2`.
  public var name: String
  /// One line.
  public var summary: String
  /// Its default CPUID.
  public var configuration: GuestConfiguration

  public init(name: String, summary: String, configuration: GuestConfiguration) {
    self.name = name
    self.summary = summary
    self.configuration = configuration
  }
}

/// What a model says of itself: all that tools can know without calling it.
public struct ModelDeclaration: Sendable {
  /// Unique: a reverse domain name.
  public var id: String
  /// Short, for a command line: `intel`.
  public var name: String
  /// The model's own version.
  public var version: String
  /// SPDX expression.
  public var license: String
  /// CPUID vendor strings, 12 bytes each, that the model is for; the first one is its default.
  public var cpuidVendors: [String]
  /// At least one; the first is the default.
  public var presets: [ModelPreset]
  public var ranges: [RegisterRange]
  /// The generic events and their encodings, best first.
  public var events: [ModelEvent]
  /// Bits of an event select that hold the event's number, without the unit mask (bits 15:8).
  public var eventSelectMask: UInt64

  public init(
    id: String, name: String, version: String, license: String, cpuidVendors: [String], presets: [ModelPreset],
    ranges: [RegisterRange], events: [ModelEvent], eventSelectMask: UInt64
  ) {
    self.id = id
    self.name = name
    self.version = version
    self.license = license
    self.cpuidVendors = cpuidVendors
    self.presets = presets
    self.ranges = ranges
    self.events = events
    self.eventSelectMask = eventSelectMask
  }

  /// The model's event for a generic one, the best where it has several.
  public func event(for generic: GenericEvent) -> ModelEvent? { events.first { $0.generic == generic } }

  /// The preset of that name.
  public func preset(named name: String) -> ModelPreset? { presets.first { $0.name == name } }
}

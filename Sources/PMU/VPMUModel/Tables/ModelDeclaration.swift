/// One CPU that a plugin can be: a name for people, and the CPUID that makes it so.
public struct Preset: Sendable {
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

/// A model's names and tables: all that tools can know without calling it.
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
  public var presets: [Preset]
  public var ranges: [RegisterRange]
  /// Events by their encodings, the best first where one generic event has several.
  public var events: [EventRow]
  /// The events of the fixed counters, by the counter's number.
  public var fixedEvents: [EventRow]
  /// Bits of an event select that hold the event's number, without the unit mask (bits 15:8).
  public var eventSelectMask: UInt64
  /// Whether the local APIC masks LVTPC when it delivers a PMI, until the guest unmasks it (Intel since P6).
  public var masksLVTPC: Bool

  public init(
    id: String, name: String, version: String, license: String, cpuidVendors: [String], presets: [Preset],
    ranges: [RegisterRange], events: [EventRow], fixedEvents: [EventRow] = [], eventSelectMask: UInt64,
    masksLVTPC: Bool = false
  ) {
    self.id = id
    self.name = name
    self.version = version
    self.license = license
    self.cpuidVendors = cpuidVendors
    self.presets = presets
    self.ranges = ranges
    self.events = events
    self.fixedEvents = fixedEvents
    self.eventSelectMask = eventSelectMask
    self.masksLVTPC = masksLVTPC
  }

  /// The row of a generic event, the best where it has several, for a guest with these features. Without features: the
  /// row that all CPUs of the model share, if there is one.
  public func event(for generic: GenericEvent, features: ModelFeatures = []) -> EventRow? {
    events.first { $0.generic == generic && $0.features.isSubset(of: features) }
  }

  /// The preset of that name.
  public func preset(named name: String) -> Preset? { presets.first { $0.name == name } }
}

/// MSR numbers.
extension ModelDeclaration {
  /// Every number that some CPU of the model may have, as ascending ranges without gaps.
  public var claimedMSRs: [ClosedRange<UInt32>] {
    contiguousRanges(
      of: ranges.flatMap { range in (0..<range.count).compactMap { range.register($0)?.rawValue } })
  }
}

/// The ranges that hold exactly these numbers: disjoint, ascending, neighbours merged.
public func contiguousRanges(of numbers: some Sequence<UInt32>) -> [ClosedRange<UInt32>] {
  var ranges: [ClosedRange<UInt32>] = []
  for number in numbers.sorted() {
    guard let last = ranges.last, number <= last.upperBound || number - 1 == last.upperBound else {
      ranges.append(number...number)
      continue
    }
    ranges[ranges.count - 1] = last.lowerBound...number
  }
  return ranges
}

import GuestPerf
import VPMUCore
import VPMUModel

/// An event that the guest samples or counts, as the report names it.
public struct ConfiguredEvent: Sendable, Equatable {
  public var name: String
  public var event: GuestEvent
  /// How well the host's event stands for the model's.
  public var quality: MappingQuality
  /// Events in a slice of work, in thousandths.
  public var rate: UInt64

  /// For people: `branch-misses:u period 4120`.
  public var description: String {
    let rings = event.rings == .user ? ":u" : event.rings == .kernel ? ":k" : ""
    let period = event.period.map { " period \($0)" } ?? ""
    return name + rings + period + (quality == .exact ? "" : quality == .sameUnit ? " (same unit)" : " (approximate)")
  }
}

/// What a guest of one model does in each usage.
public struct UsagePlan: Sendable {
  public internal(set) var configurations: [ConfiguredEvent] = []
  /// Events that can't be used here, and why.
  public internal(set) var excluded: [String] = []

  /// The guest's registers.
  package let map: RegisterMap
  /// Of the guest's own clock: ``BenchCPU/clockFrequency``.
  package var clockFrequency: UInt64?
  /// The sets that take turns.
  var multiplex: [CounterSet] = []
  var oneGP: CounterSet?
  var oneFixed: CounterSet?
  var count: CounterSet?
  var oneGPEvent: ConfiguredEvent?
  var oneFixedEvent: ConfiguredEvent?

  init(_ map: RegisterMap) { self.map = map }

  /// The sets of counters of a usage, by turns; none if it can't be done here.
  func sets(_ usage: Usage) -> [CounterSet] {
    switch usage {
    case .multiplex: multiplex
    case .oneGP: oneGP.map { [$0] } ?? []
    case .oneFixed: oneFixed.map { [$0] } ?? []
    case .count: count.map { [$0] } ?? []
    }
  }

  /// The events of a usage, for people.
  public func events(_ usage: Usage) -> [String] {
    switch usage {
    case .multiplex: configurations.map(\.description)
    case .oneGP: oneGPEvent.map { [$0.description] } ?? []
    case .oneFixed: oneFixedEvent.map { [$0.description] } ?? []
    case .count:
      oneGPEvent.map { event in
        var event = event
        event.event.period = nil
        return [event.description]
      } ?? []
    }
  }

  /// Why a usage that has no set can't be done.
  public func obstacle(_ usage: Usage) -> String {
    usage == .oneFixed ? "the model has no fixed counter that counts here" : "no event of the model counts here"
  }
}

/// How far apart overflows are.
enum Pace {
  /// Slices that an event is counted for, to know its rate.
  static var calibration: UInt64 { 400 }

  /// Of those, at a time.
  static var calibrationStep: UInt64 { 10 }

  /// Slices of work from one overflow to the next, by place in the list of configurations. Neighbours, which are on the
  /// counters together, are far apart and in no simple ratio, so that most PMIs are for one counter, and a set sees
  /// several before its slowest event has overflowed.
  static let multiplex: [UInt64] = [17, 47, 29, 71, 19, 61, 23, 67, 31, 53]
  static let alone: UInt64 = 37

  /// Events in so many slices. `rate` is in thousandths.
  static func period(_ rate: UInt64, slices: UInt64) -> UInt64 { rate &* slices / 1000 }

  /// A shorter period is of an event too rare to be sampled.
  static let shortestPeriod: UInt64 = 16
}

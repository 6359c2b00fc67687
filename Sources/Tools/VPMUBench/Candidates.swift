import GuestPerf
import VPMUCore
import VPMUModel

/// The events that a guest might use, and those of them that turned out to count.
struct Candidates {
  private let map: RegisterMap
  private let pace: UInt64
  private let alone: UInt64
  private var generalPurpose: [ConfiguredEvent] = []
  private var onFixed: ConfiguredEvent?
  private var excluded: [String] = []

  /// Different events that take turns.
  private static let wanted = 10

  init(_ map: RegisterMap, pace: UInt64, alone: UInt64) {
    self.map = map
    self.pace = pace
    self.alone = alone
  }

  /// The model's generic events, in its order.
  func generalPurpose(_ declaration: ModelDeclaration) -> [GuestEvent] {
    guard !map.generalPurpose.isEmpty else { return [] }
    return declaration.events.filter { $0.generic != nil }.map { GuestEvent(code: $0.select, period: nil) }
  }

  /// The first fixed counter's event, if there is one.
  var fixed: GuestEvent? { map.fixed.isEmpty ? nil : GuestEvent(code: 0, period: nil) }

  mutating func note(_ event: GuestEvent, onFixed: Bool, _ measured: Measured, _ declaration: ModelDeclaration) {
    let generic = declaration.events.first { $0.select == event.code }?.generic
    let name = onFixed ? "fixed counter 0" : generic.map { "\($0)" } ?? "event"
    guard case .counting(let quality) = measured.state else {
      if case .notCounting(let refusal) = measured.state {
        excluded.append("\(name): \(refusal)")
      } else {
        excluded.append("\(name): \(measured.state)")
      }
      return
    }
    let rate = measured.count &* 1000 / Pace.calibration
    guard Pace.period(rate, slices: Pace.multiplex[0]) >= Pace.shortestPeriod else {
      excluded.append("\(name): only \(measured.count) in \(Pace.calibration) slices of work, too few to sample")
      return
    }
    let configured = ConfiguredEvent(name: name, event: event, quality: quality, rate: rate)
    if onFixed { self.onFixed = configured } else { generalPurpose.append(configured) }
  }

  func plan() -> UsagePlan {
    var plan = UsagePlan(map)
    plan.excluded = excluded
    plan.configurations = configurations()
    let events = plan.configurations.map(\.event)
    plan.multiplex = events.indices.map { first in CounterSet(Array(events[first...] + events[..<first]), on: map) }
    // What people sample most: branch misses; else whatever counts.
    if var event = generalPurpose.first(where: { $0.name == "\(GenericEvent.branchMisses)" }) ?? generalPurpose.first {
      plan.count = CounterSet([event.event], on: map)
      event.event.period = Pace.period(event.rate, slices: Pace.alone &* alone)
      plan.oneGP = CounterSet([event.event], on: map)
      plan.oneGPEvent = event
    }
    if var event = onFixed {
      event.event.period = Pace.period(event.rate, slices: Pace.alone &* alone)
      plan.oneFixed = CounterSet(event.event, onFixed: 0, of: map)
      plan.oneFixedEvent = event
    }
    return plan
  }

  /// Ten different ones: the events, then the same in ring 3 only, then the same with other periods.
  private func configurations() -> [ConfiguredEvent] {
    guard !generalPurpose.isEmpty else { return [] }
    return (0..<Self.wanted).map { place in
      var chosen = generalPurpose[place % generalPurpose.count]
      let lap = place / generalPurpose.count
      if lap % 2 == 1 { chosen.event.rings = .user }
      chosen.event.period = Pace.period(chosen.rate, slices: (Pace.multiplex[place] &+ UInt64(lap / 2)) &* pace)
      return chosen
    }
  }
}

import SeededRandom
import SimulatedHost
import TestSupport
import Testing
import VPMUCore
import VPMUModel

/// What holds on a host as real ones are: counts are exact, no PMI comes before its wrap, and each wrap with INT is
/// reported at the latest when its counter is stopped.
struct FaultInjectingHostTests {
  enum Trouble: CaseIterable {
    case none, late, lost, lostAndReported, periodRefused, shortPeriodClamped, allOfThese

    var host: FaultRates {
      var host = FaultRates()
      switch self {
      case .none: break
      case .late: host.late = 50
      case .lost: host.lost = 50
      case .lostAndReported: host.lostAndReported = 50
      case .periodRefused: host.periodRefused = 30
      case .shortPeriodClamped: host.shortestPeriod = 1000
      case .allOfThese:
        (host.late, host.lost, host.lostAndReported, host.periodRefused, host.shortestPeriod) = (30, 20, 20, 20, 300)
      }
      return host
    }
  }

  private struct Life: PolicyKind.Visitor {
    let faults: FaultRates
    let seed: UInt64
    var rounds = 400

    func visit<Policy: EventPolicy>(_ policy: Policy) throws {
      var random = SeededGenerator(seed: seed)
      var guest = try CountingGuest(policy, faults, seed: seed)
      for _ in 0..<rounds {
        for index in 0..<CountingGuest<Policy>.count {
          let flags = random.pick([0x41, 0x42, 0x43, 0x51, 0x52, 0x53, 0x53, 0]) << 16 as UInt64
          let code = random.pick(CountingGuest<Policy>.codes)
          try guest.program(index, distance: 1 + random.below(5000), select: flags | code)
        }
        try guest.start()
        for _ in 0..<random.below(20) { try step(&guest, &random) }
        try guest.stop()
        if random.below(3) == 0 { try pause(&guest, &random) }
      }
      #expect(guest.interrupts > rounds / 4)
      #expect(guest.host.maximumLive <= 4 + 24, "one for each counter and what a pool may hold")
    }

    private func step<Policy>(_ guest: inout CountingGuest<Policy>, _ random: inout SeededGenerator) throws {
      switch random.below(10) {
      case 0: try guest.vpmu.scheduledIn()
      case 1: guest.host.deliverHeldNotifications()
      case 2: try guest.readCounters()
      case 3: try guest.readStatus()
      default:
        try guest.run(
          random.pick(CountingGuest<Policy>.codes), random.below(2) == 0 ? .user : .kernel, random.below(1500))
      }
    }

    /// Runs while the counters are stopped: no counter may count it.
    private func pause<Policy>(_ guest: inout CountingGuest<Policy>, _ random: inout SeededGenerator) throws {
      for _ in 0..<5 { try step(&guest, &random) }
      try guest.readCounters()
    }
  }

  struct Case: Sendable, CustomTestStringConvertible {
    let policy: PolicyKind
    let trouble: Trouble
    var testDescription: String { "\(policy.rawValue), \(trouble)" }

    static let all = PolicyKind.allCases.flatMap { policy in Trouble.allCases.map { Case(policy: policy, trouble: $0) }
    }
  }

  @Test(
    "counts are exact and PMIs neither early nor missing, whatever becomes of notifications and periods",
    arguments: Case.all)
  func invariants(_ each: Case) throws {
    let (policy, trouble) = (each.policy, each.trouble)
    let seed = SeededGenerator.fresh("\(policy.rawValue), \(trouble)").seed
    try policy.accept(Life(faults: trouble.host, seed: seed))
  }

  @Test("a notification before its time makes no PMI early", arguments: PolicyKind.allCases)
  func early(policy: PolicyKind) throws {
    var faults = FaultRates()
    (faults.early, faults.late) = (50, 20)
    let seed = SeededGenerator.fresh("early notifications, \(policy.rawValue)").seed
    try policy.accept(Life(faults: faults, seed: seed))
  }
}

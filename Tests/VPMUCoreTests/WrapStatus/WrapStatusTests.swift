import SeededRandom
import SimulatedHost
import TestSupport
import Testing
import VPMUCore
import VPMUModel

/// The rule above all: a counter never wraps without its status bit, and has none without a wrap.
struct WrapStatusTests {
  enum HostKind: CaseIterable, Sendable {
    /// The simulated host itself, then the fault-injecting one around it.
    case simulated, faultless
    case early, late, lost, lostAndReported, periodRefused, shortPeriodClamped, allOfThese

    var faults: FaultRates {
      var faults = FaultRates()
      switch self {
      case .simulated, .faultless: break
      case .early: faults.early = 50
      case .late: faults.late = 60
      case .lost: faults.lost = 50
      case .lostAndReported: faults.lostAndReported = 100
      case .periodRefused: faults.periodRefused = 40
      case .shortPeriodClamped: faults.shortestPeriod = 500
      case .allOfThese:
        (faults.late, faults.lost, faults.lostAndReported) = (30, 20, 20)
        (faults.early, faults.periodRefused, faults.shortestPeriod) = (20, 20, 100)
      }
      return faults
    }

    /// The vPMU learns of each wrap before the guest's next access.
    var isPrompt: Bool {
      switch self {
      case .simulated, .faultless, .early, .lostAndReported: true
      default: false
      }
    }
  }

  struct Case: Sendable, CustomTestStringConvertible {
    let cpu: GuestCPU
    let policy: PolicyKind
    let host: HostKind
    var testDescription: String { "\(cpu), \(policy.rawValue), \(host)" }

    static let all = GuestCPU.allCases.flatMap { cpu in
      PolicyKind.allCases.flatMap { policy in HostKind.allCases.map { Case(cpu: cpu, policy: policy, host: $0) } }
    }
  }

  /// What a life led to.
  struct Outcome {
    var violation: String?
    var interrupts = 0
    var wrapsSeen = 0
  }

  #if DEBUG
    static let lives = 20
  #else
    static let lives = 200
  #endif

  @Test(
    "no counter wraps without its status bit and its PMI, and none has them before, in random lives",
    arguments: Case.all)
  func randomLives(_ each: Case) throws {
    var random = SeededGenerator.fresh("wraps and status bits, \(each.testDescription)")
    var (interrupts, wrapsSeen) = (0, 0)
    for life in 0..<Self.lives {
      var guest = WrapActions(cpu: each.cpu, random: SeededGenerator(seed: random.next()))
      let seed = random.next()
      let outcome = try Self.outcome(of: guest.next(200), each, seed: seed)
      interrupts += outcome.interrupts
      wrapsSeen += outcome.wrapsSeen
      guard outcome.violation != nil else { continue }
      guest.random = SeededGenerator(seed: guest.random.seed)
      let short = try Self.shortened(guest.next(200)) {
        try Self.outcome(of: $0, each, seed: seed).violation != nil
      }
      let violation = try Self.outcome(of: short, each, seed: seed).violation ?? ""
      Issue.record("life \(life): \(violation). It takes:\n\(short.map { "  \($0)" }.joined(separator: "\n"))")
      return
    }
    // The lives were about something.
    #expect(wrapsSeen > Self.lives)
    #expect(interrupts > Self.lives / 2)
  }

  /// Without the actions that the violation does not need.
  private static func shortened(
    _ actions: [WrapAction], where holds: ([WrapAction]) throws -> Bool
  ) rethrows -> [WrapAction] {
    var best = actions
    var piece = best.count / 2
    while piece > 0 {
      let before = best.count
      var start = 0
      while start < best.count {
        var candidate = best
        candidate.removeSubrange(start..<min(start + piece, best.count))
        if try holds(candidate) { best = candidate } else { start += piece }
      }
      if piece > 1 || best.count == before { piece /= 2 }
    }
    return best
  }

  static func outcome(of actions: [WrapAction], _ each: Case, seed: UInt64) throws -> Outcome {
    try each.cpu.vendor.accept(Life(each: each, actions: actions, seed: seed))
  }

  private struct Life: ModelVisitor {
    let each: Case
    let actions: [WrapAction]
    let seed: UInt64

    func visit<Model: PMUModel>(_ model: Model) throws -> Outcome {
      try each.policy.accept(WithPolicy(life: self, model: model))
    }
  }

  private struct WithPolicy<Model: PMUModel>: PolicyKind.Visitor {
    let life: Life
    let model: Model

    func visit<Policy: EventPolicy>(_ policy: Policy) throws -> Outcome {
      let kind = life.each.host
      return kind == .simulated
        ? try live(SimulatedHost(limits: .generous), policy)
        : try live(FaultInjectingHost(limits: .generous, faults: kind.faults, seed: life.seed), policy)
    }

    private func live<Host: CountingHost, Policy: EventPolicy>(_ host: Host, _ policy: Policy) throws -> Outcome {
      // A parked event that is released takes late notifications of another's along.
      let losesNothing = life.each.host == .late && Policy.name != Adaptive.name
      // After a PMI `adaptive` lets the host go on with its period, from where it believes that the last one ended. An
      // early notification ended it elsewhere. Counters of 48 bits do not wrap again before the next one.
      let isRough = life.each.host == .early && Policy.name == Adaptive.name && life.each.cpu == .intelNarrow
      let guest = try WrapStatusGuest(
        life.each.cpu, model, host, policy, isPrompt: life.each.host.isPrompt && !isRough, losesNothing: losesNothing)
      let violation = guest.perform(life.actions[...])?.description
      return Outcome(violation: violation, interrupts: guest.interrupts, wrapsSeen: guest.wrapsSeen)
    }
  }
}

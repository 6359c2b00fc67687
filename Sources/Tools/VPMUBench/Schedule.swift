import GuestPerf
import VPMUCore

/// Whose turn it is. Rounds of all guests, usages and policies alternate, so that what drifts (clock rate, other users
/// of the machine) meets all alike. The last round of each times host operations instead of the handler.
struct Schedule {
  /// One round to be measured.
  struct Turn {
    let entry: Int
    let guest: Int
    let usage: Usage
    let policy: PolicyKind
    let wanted: Int
    let timing: Bool
    let longest: UInt64
    let progress: BenchProgress
  }

  private struct Entry {
    let guest: Int
    let vendor: String
    let model: String
    let usage: Usage
    let policy: PolicyKind
    let events: [String]
    var tally: RoundTally
    /// It did not end in time: no further round.
    var hasFailed = false
  }

  private let options: BenchOptions
  private let host: String
  private let isReal: Bool
  private let kind: GuestKind
  private let rounds: Int
  private var entries: [Entry] = []
  private var skipped: [String] = []
  private var excluded: [String] = []
  private var place = 0
  private var round = 0
  private(set) var introduction: [String] = []

  init(_ options: BenchOptions, host: String, isReal: Bool, _ kind: GuestKind) {
    self.options = options
    self.host = host
    self.isReal = isReal
    self.kind = kind
    rounds = min(BenchOptions.rounds, options.pmis)
  }

  mutating func add(guest: Int, vendor: String, model: String, _ plan: UsagePlan) {
    if options.usages.contains(.multiplex) {
      let events = plan.events(.multiplex).joined(separator: ", ")
      introduction.append("\(vendor) \(model): events that take turns: " + events)
    }
    excluded += plan.excluded.map { "\(vendor) \(model) \($0)" }
    for usage in options.usages {
      guard !plan.sets(usage).isEmpty else {
        skipped.append("\(vendor) \(model) \(usage.rawValue): \(plan.obstacle(usage))")
        continue
      }
      for policy in options.policies {
        entries.append(
          Entry(
            guest: guest, vendor: vendor, model: model, usage: usage, policy: policy, events: plan.events(usage),
            tally: RoundTally(capacity: options.pmis)))
      }
    }
  }

  mutating func next() -> Turn? {
    while round <= rounds {
      while place < entries.count {
        let entry = entries[place]
        place += 1
        if entry.hasFailed { continue }
        return turn(entry, place - 1)
      }
      place = 0
      round += 1
    }
    return nil
  }

  private func turn(_ entry: Entry, _ place: Int) -> Turn {
    let timing = round == rounds
    // The rounds' shares add up to what is wanted.
    let share = options.pmis / rounds + (round < options.pmis % rounds ? 1 : 0)
    return Turn(
      entry: place, guest: entry.guest, usage: entry.usage, policy: entry.policy,
      wanted: timing ? min(share, 100) : share, timing: timing,
      // A PMI takes well under 10 ms on any host; many PMIs get more time.
      longest: max(options.longestRound, UInt64(max(0, share - 100)) &* 10_000_000),
      progress: .turn(
        round: round + 1, of: rounds + 1, "\(entry.model) \(entry.usage.rawValue) \(entry.policy.rawValue)"))
  }

  mutating func note(_ tally: RoundTally, _ turn: Turn) {
    if turn.timing {
      entries[turn.entry].tally.operations.addTimes(tally.operations)
    } else {
      entries[turn.entry].tally.add(tally)
      if tally.missing > 0 { entries[turn.entry].hasFailed = true }
    }
  }

  func report(reason: String) -> BenchReport {
    var results = entries.map(result)
    for place in results.indices {
      let base = results.first {
        $0.policy == .recreate && $0.vendor == results[place].vendor && $0.model == results[place].model
          && $0.usage == results[place].usage
      }
      results[place].comparison = base.flatMap { BenchComparison(results[place], to: $0) }
    }
    return BenchReport(
      hostReason: reason, clockCost: clockCost(), skipped: skipped, excluded: excluded, results: results)
  }

  /// Of the clock that handlers are timed with: this thread's or the guest's.
  private func clockCost() -> UInt64 {
    guard case .machine = kind else { return Clock.cost() }
    var readings = Samples(capacity: entries.count * BenchOptions.rounds * RoundTally.mostExits)
    for entry in entries { readings.add(entry.tally.clockReadings) }
    return readings.summary.median
  }

  private func result(_ entry: Entry) -> BenchResult {
    let tally = entry.tally
    var notes = tally.notes
    if entry.hasFailed {
      let kind = entry.usage.samples ? "PMIs" : "reads"
      notes.append("given up after \(tally.samples.count) of \(options.pmis) \(kind): no more came in time")
    }
    return BenchResult(
      vendor: entry.vendor, model: entry.model, usage: entry.usage, policy: entry.policy, host: host, guest: kind.name,
      pmis: tally.samples.count, spuriousPMIs: tally.spurious, handler: tally.samples.summary,
      created: tally.statistics.created, reused: tally.statistics.reused, released: tally.statistics.released,
      refused: tally.statistics.refused, causes: tally.causes, heldAfter: tally.heldAfter, rotations: tally.rotations,
      operations: tally.operations,
      steady: SteadyResult(tally.steady, pmis: tally.steadyCount, isReal: isReal),
      kvm: kvm(tally), events: entry.events, notes: notes, comparison: nil)
  }
  private func kvm(_ tally: RoundTally) -> KVMResult? {
    guard case .machine = kind else { return nil }
    return KVMResult(costs: tally.kvm, exitTime: tally.exits.summary.median)
  }
}

import GuestPerf
import VPMUCore
import VPMUModel

/// One round: a fresh virtual CPU, so many PMIs or reads of one usage under one policy, and the quiet after it.
struct Round<Model: PMUModel, Host: BenchHost>: PolicyKind.Visitor {
  let guest: BenchGuest<Model>
  let host: Host
  let kind: GuestKind
  let plan: UsagePlan
  let usage: Usage
  /// PMIs or reads.
  let wanted: Int
  /// Host operations are timed, and so the handler is not.
  let timing: Bool
  /// The longest time of the round, in ns that this thread runs.
  let longest: UInt64

  init(
    _ guest: BenchGuest<Model>, _ host: Host, _ kind: GuestKind, _ plan: UsagePlan, _ usage: Usage, wanted: Int,
    timing: Bool, longest: UInt64
  ) {
    self.guest = guest
    self.host = host
    self.kind = kind
    self.plan = plan
    self.usage = usage
    self.wanted = wanted
    self.timing = timing
    self.longest = longest
  }

  func visit<Policy: EventPolicy>(_ policy: Policy) throws -> RoundTally {
    let (events, work) = try host.makeHost(for: guest.model.declaration)
    let pmu = BenchPMU(
      try VirtualPMU(
        model: guest.model, configuration: guest.preset.configuration, host: MeasuredHost(events, timing: timing),
        policy: policy), globalControl: plan.map.global?.control)
    var tally: RoundTally
    switch kind {
    case .thread:
      var cpu = ThreadCPU(pmu, work, map: plan.map)
      tally = try measure(&cpu)
    case .machine(let machine):
      var machine = try machine.makeCPU(guest, pmu, work, plan: plan)
      tally = try measure(&machine.cpu)
    }
    for hindrance in host.hindrances(of: events) { tally.note(hindrance) }
    return tally
  }

  func measure(_ cpu: inout some BenchCPU) throws(BenchError) -> RoundTally {
    var tally = RoundTally(capacity: wanted)
    let sets = plan.sets(usage)
    guard !sets.isEmpty else { return tally }
    try cpu.begin()
    let last = usage.samples ? try sample(sets, &cpu, &tally) : try count(sets[0], &cpu, &tally)
    tally.operations = cpu.pmu.vpmu.host.operations
    try cpu.end(&tally)
    try quiet(sets[last], &cpu)
    tally.add(cpu.pmu.vpmu.statistics, cpu.pmu.causes)
    tally.note(cpu.pmu.vpmu.pluginFaults, of: cpu.pmu.vpmu.model.declaration.id)
    return tally
  }

  /// Samples until enough PMIs have come.
  ///
  /// - Returns: the place of the set that is on the counters at the end
  func sample(
    _ sets: [CounterSet], _ cpu: inout some BenchCPU, _ tally: inout RoundTally
  ) throws(BenchError) -> Int {
    var turn = Turn(start: cpu.work.now())
    var deadline = Deadline(longest)
    var steady = SteadyState()
    try cpu.program(sets[turn.set])
    while tally.samples.count < wanted {
      turn.seen |= try cpu.sample(sets[turn.set], &tally)
      steady.note(
        sets.count > 1 ? tally.rotations >= UInt64(sets.count) : tally.samples.count > 0, tally.samples.count,
        cpu.pmu.vpmu.statistics)
      if sets.count > 1, turn.isOver(sets[turn.set].bits, cpu.work.now()) {
        let before = HostEffort(cpu.pmu.vpmu.statistics)
        try note(sets[turn.set], cpu, &tally)
        steady.leaveOut(since: before, cpu.pmu.vpmu.statistics)
        try rotate(sets, &turn, &cpu, &tally)
      }
      if deadline.hasPassed() { break }
    }
    tally.note(steady, cpu.pmu.vpmu.statistics)
    try note(sets[turn.set], cpu, &tally)
    tally.missing = wanted - tally.samples.count
    return turn.set
  }

  /// The next set of events takes the place of the one that is on the counters, in a new time slice.
  func rotate(
    _ sets: [CounterSet], _ turn: inout Turn, _ cpu: inout some BenchCPU, _ tally: inout RoundTally
  ) throws(BenchError) {
    cpu.pmu.isRotating = true
    try cpu.stop(sets[turn.set], &tally)
    try cpu.scheduledIn()
    turn = Turn(start: cpu.work.now(), set: (turn.set + 1) % sets.count)
    try cpu.program(sets[turn.set])
    cpu.pmu.isRotating = false
    tally.rotations &+= 1
  }

  /// Reads one counter again and again.
  func count(
    _ set: CounterSet, _ cpu: inout some BenchCPU, _ tally: inout RoundTally
  ) throws(BenchError) -> Int {
    guard let counter = set.counters.first else { return 0 }
    var deadline = Deadline(longest)
    var steady = SteadyState()
    try cpu.program(set)
    while tally.samples.count < wanted && !deadline.hasPassed() {
      try cpu.run(slices: 4)
      tally.samples.add(try cpu.timeRead(counter))
      steady.note(true, tally.samples.count, cpu.pmu.vpmu.statistics)
    }
    tally.note(steady, cpu.pmu.vpmu.statistics)
    try note(set, cpu, &tally)
    tally.missing = wanted - tally.samples.count
    return 0
  }

  /// The guest takes its events off the counters and does something else for 20 ms: lazy release shows here.
  func quiet(_ set: CounterSet, _ cpu: inout some BenchCPU) throws(BenchError) {
    var afterwards = RoundTally(capacity: 0)
    try cpu.stop(set, &afterwards)
    for _ in 0..<4 {
      cpu.work.idle(5_000_000)
      try cpu.scheduledIn()
    }
  }

  /// Reports counters that do not count.
  func note(_ set: CounterSet, _ cpu: some BenchCPU, _ tally: inout RoundTally) throws(BenchError) {
    for counter in set.counters {
      if case .notCounting(let refusal) = try cpu.state(of: counter.registers.pmc) {
        tally.note(refusal, counter.registers.pmc)
      }
    }
  }
}

/// The time that one set of events has on the counters.
struct Turn {
  /// The longest one, in ns: no set waits for an event that does not come.
  static var longest: UInt64 { 10_000_000 }

  var set: Int
  /// The guest's time at its beginning.
  var start: UInt64
  /// Counters that have overflowed.
  var seen: UInt64 = 0

  init(start: UInt64, set: Int = 0) {
    self.start = start
    self.set = set
  }

  func isOver(_ bits: UInt64, _ now: UInt64) -> Bool { seen & bits == bits || now &- start >= Self.longest }
}

/// Keeps a round from lasting for ever when PMIs do not come, or come without end.
struct Deadline {
  let end: UInt64
  var looks: UInt32 = 0

  init(_ longest: UInt64) { end = Clock.ownTime() &+ longest }

  /// Looks at the clock once in a while.
  mutating func hasPassed() -> Bool {
    looks &+= 1
    return looks & 15 == 0 && Clock.ownTime() >= end
  }
}

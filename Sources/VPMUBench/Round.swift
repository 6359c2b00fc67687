import GuestPerf
import VPMUCore
import VPMUModel

/// One round: a fresh virtual CPU, so many PMIs or reads of one usage under one policy, and the quiet after it.
@usableFromInline
struct Round<Model: PMUModel, Host: BenchHost>: PolicyKind.Visitor {
  @usableFromInline let guest: BenchGuest<Model>
  @usableFromInline let host: Host
  @usableFromInline let plan: UsagePlan
  @usableFromInline let usage: Usage
  /// PMIs or reads.
  @usableFromInline let wanted: Int
  /// Host operations are timed, and so the handler is not.
  @usableFromInline let timing: Bool
  /// The longest time of the round, in ns.
  @usableFromInline let longest: UInt64

  @inlinable
  init(
    _ guest: BenchGuest<Model>, _ host: Host, _ plan: UsagePlan, _ usage: Usage, wanted: Int, timing: Bool,
    longest: UInt64
  ) {
    self.guest = guest
    self.host = host
    self.plan = plan
    self.usage = usage
    self.wanted = wanted
    self.timing = timing
    self.longest = longest
  }

  @inlinable
  func visit<Policy: EventPolicy>(_ policy: Policy) throws -> RoundTally {
    let (events, work) = try host.makeHost(for: guest.model.declaration)
    let measured = MeasuredHost(events, timing: timing)
    var vcpu = VCPU(
      try VirtualPMU(model: guest.model, configuration: guest.preset.configuration, host: measured, policy: policy),
      globalControl: plan.driver.global?.control)
    var tally = RoundTally(capacity: wanted)
    let sets = plan.sets(usage)
    guard !sets.isEmpty else { return tally }
    let last = usage.samples ? sample(sets, &vcpu, work, &tally) : count(sets[0], &vcpu, work, &tally)
    tally.operations = measured.operations
    quiet(sets[last], &vcpu, work)
    if let failure = vcpu.failure { throw failure }
    tally.add(vcpu.vpmu.ledger, vcpu.causes)
    tally.note(vcpu.vpmu.pluginFaults, of: vcpu.vpmu.model.declaration.id)
    return tally
  }

  /// Samples until enough PMIs have come.
  ///
  /// - Returns: the place of the set that is on the counters at the end
  @inlinable
  func sample<Base: HostEvents, Policy>(
    _ sets: [CounterSet], _ vcpu: inout VCPU<Model, Base, Policy>, _ work: Host.Work, _ tally: inout RoundTally
  ) -> Int {
    let driver = plan.driver
    var turn = Turn(start: work.now())
    var deadline = Deadline(longest)
    driver.program(sets[turn.set], &vcpu)
    while tally.samples.count < wanted {
      if !vcpu.isPMIPending {
        work.slice()
        vcpu.enter(.overflow)
      }
      if vcpu.isPMIPending {
        vcpu.isPMIPending = false
        let start = Clock.now()
        let overflowed = driver.handlePMI(sets[turn.set], &vcpu)
        let end = Clock.now()
        turn.seen |= overflowed
        if overflowed != 0 { tally.samples.add(end &- start) } else { tally.spurious &+= 1 }
      }
      if sets.count > 1, turn.isOver(sets[turn.set].bits, work.now()) {
        note(sets[turn.set], &vcpu, &tally)
        rotate(sets, &turn, &vcpu, work)
        tally.rotations &+= 1
      }
      if deadline.hasPassed() || vcpu.failure != nil { break }
    }
    note(sets[turn.set], &vcpu, &tally)
    tally.missing = wanted - tally.samples.count
    return turn.set
  }

  /// The next set of events takes the place of the one that is on the counters, in a new time slice.
  @inlinable
  func rotate<Base: HostEvents, Policy>(
    _ sets: [CounterSet], _ turn: inout Turn, _ vcpu: inout VCPU<Model, Base, Policy>, _ work: Host.Work
  ) {
    vcpu.isRotating = true
    plan.driver.stop(sets[turn.set], &vcpu)
    vcpu.scheduledIn()
    turn = Turn(start: work.now(), set: (turn.set + 1) % sets.count)
    plan.driver.program(sets[turn.set], &vcpu)
    vcpu.isRotating = false
  }

  /// Reads one counter again and again.
  @inlinable
  func count<Base: HostEvents, Policy>(
    _ set: CounterSet, _ vcpu: inout VCPU<Model, Base, Policy>, _ work: Host.Work, _ tally: inout RoundTally
  ) -> Int {
    guard let counter = set.counters.first else { return 0 }
    let driver = plan.driver
    var deadline = Deadline(longest)
    driver.program(set, &vcpu)
    while tally.samples.count < wanted && !deadline.hasPassed() && vcpu.failure == nil {
      for _ in 0..<4 {
        work.slice()
        vcpu.enter(.overflow)
      }
      let start = Clock.now()
      _ = driver.readStopped(counter, &vcpu)
      tally.samples.add(Clock.now() &- start)
    }
    note(set, &vcpu, &tally)
    tally.missing = wanted - tally.samples.count
    return 0
  }

  /// The guest takes its events off the counters and does something else for 20 ms: lazy release shows here.
  @inlinable
  func quiet<Base: HostEvents, Policy>(
    _ set: CounterSet, _ vcpu: inout VCPU<Model, Base, Policy>, _ work: Host.Work
  ) {
    plan.driver.stop(set, &vcpu)
    for _ in 0..<4 {
      work.idle(5_000_000)
      vcpu.scheduledIn()
    }
  }

  /// Counters that do not count are told of.
  @inlinable
  func note<Base: HostEvents, Policy>(
    _ set: CounterSet, _ vcpu: inout VCPU<Model, Base, Policy>, _ tally: inout RoundTally
  ) {
    for counter in set.counters {
      if case .notCounting(let refusal) = vcpu.state(of: counter.registers.pmc) {
        tally.note(refusal, counter.registers.pmc)
      }
    }
  }
}

/// The time that one set of events has on the counters.
@usableFromInline
struct Turn {
  /// The longest one, in ns: no set waits for an event that does not come.
  @usableFromInline static var longest: UInt64 { 10_000_000 }

  @usableFromInline var set: Int
  /// The guest's time at its beginning.
  @usableFromInline var start: UInt64
  /// Counters that have overflowed.
  @usableFromInline var seen: UInt64 = 0

  @usableFromInline
  init(start: UInt64, set: Int = 0) {
    self.start = start
    self.set = set
  }

  @inlinable
  func isOver(_ bits: UInt64, _ now: UInt64) -> Bool { seen & bits == bits || now &- start >= Self.longest }
}

/// Keeps a round from lasting for ever when PMIs do not come, or come without end.
@usableFromInline
struct Deadline {
  @usableFromInline let end: UInt64
  @usableFromInline var looks: UInt32 = 0

  @usableFromInline
  init(_ longest: UInt64) { end = Clock.now() &+ longest }

  /// Looks at the clock once in a while.
  @inlinable
  mutating func hasPassed() -> Bool {
    looks &+= 1
    return looks & 15 == 0 && Clock.now() >= end
  }
}

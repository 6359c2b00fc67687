import GuestPerf
import VPMUCore
import VPMUModel

/// Finds what of a model's events counts on a host, and how fast.
struct Calibration<Model: PMUModel, Host: BenchHost> {
  let guest: BenchGuest<Model>
  let host: Host
  let kind: GuestKind

  init(_ guest: BenchGuest<Model>, _ host: Host, _ kind: GuestKind) {
    self.guest = guest
    self.host = host
    self.kind = kind
  }

  func plan() throws(BenchError) -> UsagePlan {
    let (events, work) = try host.makeHost(for: guest.model.declaration)
    let pmu: BenchPMU<Model, Host.Events, Reuse>
    do throws(VPMUError) {
      pmu = BenchPMU(
        try VirtualPMU(
          model: guest.model, configuration: guest.preset.configuration, host: MeasuredHost(events, timing: false),
          policy: Reuse()), globalControl: nil)
    } catch { throw .vpmu(error) }
    switch kind {
    case .thread:
      var cpu = ThreadCPU(pmu, work, map: nil)
      return try plan(&cpu)
    case .machine(let machine):
      var machine = try machine.makeCPU(guest, pmu, work, plan: nil)
      var plan = try plan(&machine.cpu)
      plan.clockFrequency = machine.cpu.clockFrequency
      return plan
    }
  }

  func plan(_ cpu: inout some BenchCPU) throws(BenchError) -> UsagePlan {
    let declaration = guest.model.declaration
    var found = Candidates(cpu.map, pace: host.pace, alone: host.paceAlone)
    for event in found.generalPurpose(declaration) {
      found.note(event, onFixed: false, try measure(CounterSet([event], on: cpu.map), &cpu), declaration)
    }
    if let event = found.fixed, let set = CounterSet(event, onFixed: 0, of: cpu.map) {
      found.note(event, onFixed: true, try measure(set, &cpu), declaration)
    }
    return found.plan()
  }

  /// Counts on the set's one counter for a while.
  ///
  /// - Returns: the counter's state then, and what it counted
  func measure(_ set: CounterSet, _ cpu: inout some BenchCPU) throws(BenchError) -> Measured {
    guard let counter = set.counters.first else { return Measured(state: .off, count: 0) }
    var tally = RoundTally(capacity: 0)
    try cpu.program(set)
    let before = try cpu.read(counter)
    for _ in 0..<Pace.calibration / Pace.calibrationStep { try cpu.run(slices: Pace.calibrationStep) }
    let count = try cpu.read(counter) &- before
    let state = try cpu.state(of: counter.registers.pmc)
    try cpu.stop(set, &tally)
    return Measured(state: state, count: count)
  }
}

/// What a counter did.
struct Measured {
  let state: CounterState
  let count: UInt64

  init(state: CounterState, count: UInt64) {
    self.state = state
    self.count = count
  }
}

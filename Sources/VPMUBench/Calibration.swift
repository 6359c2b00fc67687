import GuestPerf
import VPMUCore
import VPMUModel

/// Finds what of a model's events counts on a host, and how fast.
@usableFromInline
struct Calibration<Model: PMUModel, Host: BenchHost> {
  @usableFromInline let guest: BenchGuest<Model>
  @usableFromInline let host: Host

  @inlinable
  init(_ guest: BenchGuest<Model>, _ host: Host) {
    self.guest = guest
    self.host = host
  }

  @inlinable
  func plan() throws(BenchError) -> UsagePlan {
    let declaration = guest.model.declaration
    let (events, work) = try host.makeHost(for: declaration)
    var vcpu: VCPU<Model, Host.Events, Reuse>
    do throws(VPMUError) {
      vcpu = VCPU(
        try VirtualPMU(
          model: guest.model, configuration: guest.preset.configuration, host: MeasuredHost(events, timing: false),
          policy: Reuse()), globalControl: nil)
    } catch { throw .vpmu(error) }
    let map = vcpu.registers()
    var found = Candidates(map, pace: host.pace)
    for event in found.generalPurpose(declaration) {
      let set = CounterSet([event], on: map)
      found.note(event, onFixed: false, measure(set, &vcpu, work), declaration)
    }
    if let event = found.fixed, let set = CounterSet(event, onFixed: 0, of: map) {
      found.note(event, onFixed: true, measure(set, &vcpu, work), declaration)
    }
    if let failure = vcpu.failure { throw failure }
    return found.plan()
  }

  /// Counts on the set's one counter for a while.
  ///
  /// - Returns: the counter's state then, and what it counted
  @inlinable
  func measure(_ set: CounterSet, _ vcpu: inout VCPU<Model, Host.Events, Reuse>, _ work: Host.Work) -> Measured {
    guard let counter = set.counters.first else { return Measured(state: .off, count: 0) }
    let driver = PerfDriver(vcpu.registers())
    driver.program(set, &vcpu)
    let before = driver.read(counter, &vcpu)
    for _ in 0..<Pace.calibration { work.slice() }
    let count = driver.read(counter, &vcpu) &- before
    let state = vcpu.state(of: counter.registers.pmc)
    driver.stop(set, &vcpu)
    return Measured(state: state, count: count)
  }
}

/// What a counter did.
@usableFromInline
struct Measured {
  @usableFromInline let state: CounterState
  @usableFromInline let count: UInt64

  @usableFromInline
  init(state: CounterState, count: UInt64) {
    self.state = state
    self.count = count
  }
}

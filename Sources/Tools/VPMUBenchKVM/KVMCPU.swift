import GuestPerf
import KVMGuest
import KVMPMU
import VPMUBench
import VPMUCore
import VPMUModel

/// A virtual CPU behind /dev/kvm. The built-in guest program makes the driver's accesses, works in ring 3, takes PMIs
/// as NMIs, and times its handler with its time stamp counter.
struct KVMCPU<Model: PMUModel, Base: HostEvents, Policy: EventPolicy, Work: GuestWork>: BenchCPU {
  let pmu: BenchPMU<Model, Base, Policy>
  let work: Work
  let map: RegisterMap
  var clockFrequency: UInt64? { clock.frequency }
  /// The guest's clock.
  let clock: GuestClock
  private let cpu: VirtualCPU<BenchPMU<Model, Base, Policy>>
  private let driver: PerfDriver
  private let looksAtCounts: Bool
  private let name: String
  /// The handler's times and PMIs for nothing that were taken over since a set was programmed.
  private var known: (times: UInt64, empty: UInt64) = (0, 0)
  private var before = KVMCosts()

  /// - Parameter plan: what was found before; nil: the guest finds its registers, and its clock is compared with the
  ///   host's
  init(
    _ guest: BenchGuest<Model>, _ pmu: BenchPMU<Model, Base, Policy>, _ work: Work, _ machine: KVMMachine,
    plan: UsagePlan? = nil
  ) throws(BenchError) {
    let declaration = guest.model.declaration
    self.pmu = pmu
    self.work = work
    looksAtCounts = machine.looksAtCounts
    name = declaration.name
    var hookup = HookupOptions(for: declaration, rdpmc: .rewrite(), counting: machine.counting)
    // The bench says when a slice begins, as for the other kind of guest.
    hookup.slices = .external
    do throws(GuestError) {
      cpu = try VirtualCPU(
        VirtualMachine(models: [declaration]), pmu, guest: guest.preset.configuration,
        vendor: declaration.cpuidVendors.first ?? "", hookup: hookup)
      if let plan {
        map = plan.map
      } else {
        map = try cpu.findRegisters(declaration, widths: pmu.vpmu.state.counterWidths)
      }
      if let frequency = plan?.clockFrequency {
        clock = GuestClock(frequency: frequency)
      } else {
        clock = try cpu.calibrateClock()
      }
      try cpu.setLVTPC(.nmi)
    } catch { throw .guest(reason: "\(error)") }
    driver = PerfDriver(map)
    watch(nil)
  }

  mutating func program(_ set: CounterSet) throws(BenchError) {
    watch(set)
    known = (0, 0)
    var port = CommandPort()
    driver.program(set, &port)
    _ = try perform(port.commands)
  }

  mutating func stop(_ set: CounterSet, _ tally: inout RoundTally) throws(BenchError) {
    _ = try perform([])
    _ = takePMIs(of: set, &tally)
    // As drivers do: the handler of a PMI that comes while counters are being stopped shall start none of them again.
    watch(nil)
    var port = CommandPort()
    driver.stop(set, &port)
    _ = try perform(port.commands)
    tally.spurious &+= cpu.pmis.empty
  }

  mutating func run(slices: UInt64) throws(BenchError) {
    _ = try perform([.userWalk(slices &* KVMMachine.sliceRounds)])
    for _ in 0..<slices { work.slice() }
    if looksAtCounts { pmu.lookAtCounts() }
  }

  /// One entry of the guest, at the beginning of which the PMI comes that the one before made.
  mutating func sample(_ set: CounterSet, _ tally: inout RoundTally) throws(BenchError) -> UInt64 {
    try run(slices: KVMMachine.slicesAtATime)
    return takePMIs(of: set, &tally)
  }

  mutating func read(_ counter: ProgrammedCounter) throws(BenchError) -> UInt64 {
    var port = CommandPort()
    _ = driver.read(counter, &port)
    return try value(perform(port.commands))
  }

  mutating func timeRead(_ counter: ProgrammedCounter) throws(BenchError) -> UInt64 {
    let registers = counter.registers
    let command = registers.selector.map { GuestCommand.timeRDPMC($0) } ?? .timeRDMSR(registers.value)
    return clock.nanoseconds(try value(perform([command])))
  }

  mutating func scheduledIn() throws(BenchError) {
    do throws(VPMUError) { try pmu.scheduledIn() } catch { throw .vpmu(error) }
    _ = try perform([])
  }

  mutating func begin() { before = KVMCosts(cpu.hookup.calls, runs: cpu.entries) }

  mutating func end(_ tally: inout RoundTally) throws(BenchError) {
    tally.kvm.add(KVMCosts(cpu.hookup.calls, runs: cpu.entries), since: before)
    do throws(GuestError) {
      for time in try cpu.exitTimes(KVMMachine.timedExits) {
        tally.exits.add(clock.nanoseconds(time.exit))
        tally.clockReadings.add(clock.nanoseconds(time.clock))
      }
    } catch { throw .guest(reason: "\(error)") }
  }

  /// What the guest's PMI handler looks after; nil: nothing.
  private func watch(_ set: CounterSet?) { cpu.handlePMIs(of: set ?? CounterSet([], on: map), on: map) }

  /// Takes over what the handler saw since the last time.
  ///
  /// - Returns: the bits of counters that overflowed since they were programmed
  private mutating func takePMIs(of set: CounterSet, _ tally: inout RoundTally) -> UInt64 {
    let pmis = cpu.pmis
    for ticks in cpu.handlerTimes(after: known.times) { tally.samples.add(clock.nanoseconds(ticks)) }
    tally.spurious &+= pmis.empty &- known.empty
    known = (pmis.count &- pmis.empty, pmis.empty)
    return zip(set.counters, pmis.overflows).reduce(0) { $1.1 == 0 ? $0 : $0 | $1.0.registers.pmc.bit }
  }

  private func perform(_ commands: [GuestCommand]) throws(BenchError) -> [GuestResult] {
    let results: [GuestResult]
    do throws(GuestError) { results = try cpu.perform(commands) } catch { throw .guest(reason: "\(error)") }
    if let place = results.firstIndex(of: .fault) {
      throw .guestFault(model: name, register: "\(commands[place])")
    }
    return results
  }

  private func value(_ results: [GuestResult]) -> UInt64 {
    if case .value(let value)? = results.first { value } else { 0 }
  }
}

extension KVMCosts {
  fileprivate init(_ calls: KVMCallCounts, runs: UInt64) {
    self.init()
    exits = calls.msrExits &+ calls.rdpmcExits
    self.runs = runs
    completions = calls.completions
    pmis = calls.pmis
    maskedPMIs = calls.maskedPMIs
    pmiCalls = calls.pmiCalls
  }
}

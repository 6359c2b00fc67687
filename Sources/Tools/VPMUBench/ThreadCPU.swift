import GuestPerf
import VPMUCore
import VPMUModel

/// A virtual CPU that the calling thread plays: slices of work are guest mode, each access of the driver is an exit,
/// and the guest is entered again after it.
struct ThreadCPU<Model: PMUModel, Base: HostEvents, Policy: EventPolicy, Work: GuestWork>: BenchCPU {
  let pmu: BenchPMU<Model, Base, Policy>
  let work: Work
  let map: RegisterMap
  let driver: PerfDriver
  var port: ThreadPort<Model, Base, Policy>

  /// - Parameter map: nil: the guest finds its registers
  init(_ pmu: BenchPMU<Model, Base, Policy>, _ work: Work, map known: RegisterMap?) {
    self.pmu = pmu
    self.work = work
    map = known ?? RegisterMap(of: pmu.vpmu)
    driver = PerfDriver(map)
    port = ThreadPort(pmu)
  }

  mutating func program(_ set: CounterSet) throws(BenchError) {
    driver.program(set, &port)
    try port.check()
  }

  mutating func stop(_ set: CounterSet, _ tally: inout RoundTally) throws(BenchError) {
    driver.stop(set, &port)
    try port.check()
  }

  mutating func run(slices: UInt64) throws(BenchError) {
    for _ in 0..<slices {
      work.slice()
      port.enter()
    }
    try port.check()
  }

  /// One slice, unless a PMI has come already.
  mutating func sample(_ set: CounterSet, _ tally: inout RoundTally) throws(BenchError) -> UInt64 {
    if !port.isPMIPending {
      work.slice()
      port.enter()
    }
    var overflowed: UInt64 = 0
    if port.isPMIPending {
      port.isPMIPending = false
      let start = Clock.now()
      overflowed = driver.handlePMI(set, &port)
      let end = Clock.now()
      if overflowed != 0 { tally.samples.add(end &- start) } else { tally.spurious &+= 1 }
    }
    try port.check()
    return overflowed
  }

  mutating func read(_ counter: ProgrammedCounter) throws(BenchError) -> UInt64 {
    let value = driver.read(counter, &port)
    try port.check()
    return value
  }

  mutating func timeRead(_ counter: ProgrammedCounter) throws(BenchError) -> UInt64 {
    let start = Clock.now()
    _ = driver.readStopped(counter, &port)
    let end = Clock.now()
    try port.check()
    return end &- start
  }

  mutating func scheduledIn() throws(BenchError) {
    do throws(VPMUError) { try pmu.scheduledIn() } catch { throw .vpmu(error) }
    port.enter()
    try port.check()
  }

  /// There is no hypervisor.
  mutating func begin() {}

  mutating func end(_ tally: inout RoundTally) {}
}

/// Where the driver's accesses go on a ``ThreadCPU``.
struct ThreadPort<Model: PMUModel, Base: HostEvents, Policy: EventPolicy>: GuestPort {
  let pmu: BenchPMU<Model, Base, Policy>
  /// A PMI has come that the guest has not handled: as with an NMI, further ones in its handler become one.
  var isPMIPending = false
  /// The first failure; what follows is worth nothing.
  var failure: BenchError?

  init(_ pmu: BenchPMU<Model, Base, Policy>) { self.pmu = pmu }

  mutating func wrmsr(_ msr: MSRNumber, _ value: UInt64) {
    do throws(VPMUError) {
      if try pmu.writeMSR(msr, value, origin: .guest) != .done { fault("\(msr)") }
    } catch { failure = failure ?? .vpmu(error) }
    enter()
  }

  mutating func rdmsr(_ msr: MSRNumber) -> UInt64 {
    var value: UInt64 = 0
    do throws(VPMUError) {
      if case .value(let read) = try pmu.readMSR(msr, origin: .guest) { value = read } else { fault("\(msr)") }
    } catch { failure = failure ?? .vpmu(error) }
    enter()
    return value
  }

  mutating func rdpmc(_ ecx: RDPMCSelector) -> UInt64 {
    var value: UInt64 = 0
    do throws(VPMUError) {
      if case .value(let read) = try pmu.readPMC(ecx, cpl: 0, cr4PCE: false, protectedMode: true) {
        value = read
      } else {
        fault("RDPMC \(ecx.rawValue)")
      }
    } catch { failure = failure ?? .vpmu(error) }
    enter()
    return value
  }

  /// Enters the guest.
  mutating func enter() {
    do throws(VPMUError) {
      if try pmu.enter() == .injectPMI { isPMIPending = true }
    } catch { failure = failure ?? .vpmu(error) }
  }

  func check() throws(BenchError) { if let failure { throw failure } }

  mutating func fault(_ register: @autoclosure () -> String) {
    if failure == nil { failure = .guestFault(model: pmu.vpmu.model.declaration.name, register: register()) }
  }
}

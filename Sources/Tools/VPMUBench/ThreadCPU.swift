import GuestPerf
import KVMPMU
import VPMUCore
import VPMUModel

/// A virtual CPU that the calling thread plays: slices of work are guest mode, each access of the driver is an exit, and the
/// guest is entered again after it.
@usableFromInline
struct ThreadCPU<Model: PMUModel, Base: HostEvents, Policy: EventPolicy, Work: GuestWork>: BenchCPU {
  @usableFromInline let pmu: BenchPMU<Model, Base, Policy>
  @usableFromInline let work: Work
  @usableFromInline let map: RegisterMap
  @usableFromInline let driver: PerfDriver
  @usableFromInline var port: ThreadPort<Model, Base, Policy>

  /// - Parameter map: nil: the guest finds its registers
  @inlinable
  init(_ pmu: BenchPMU<Model, Base, Policy>, _ work: Work, map known: RegisterMap?) {
    self.pmu = pmu
    self.work = work
    map = known ?? RegisterMap(of: pmu.vpmu)
    driver = PerfDriver(map)
    port = ThreadPort(pmu)
  }

  @inlinable
  mutating func program(_ set: CounterSet) throws(BenchError) {
    driver.program(set, &port)
    try port.check()
  }

  @inlinable
  mutating func stop(_ set: CounterSet, _ tally: inout RoundTally) throws(BenchError) {
    driver.stop(set, &port)
    try port.check()
  }

  @inlinable
  mutating func run(slices: UInt64) throws(BenchError) {
    for _ in 0..<slices {
      work.slice()
      port.enter()
    }
    try port.check()
  }

  /// One slice, unless a PMI has come already.
  @inlinable
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

  @inlinable
  mutating func read(_ counter: ProgrammedCounter) throws(BenchError) -> UInt64 {
    let value = driver.read(counter, &port)
    try port.check()
    return value
  }

  @inlinable
  mutating func timeRead(_ counter: ProgrammedCounter) throws(BenchError) -> UInt64 {
    let start = Clock.now()
    _ = driver.readStopped(counter, &port)
    let end = Clock.now()
    try port.check()
    return end &- start
  }

  @inlinable
  mutating func scheduledIn() throws(BenchError) {
    do throws(VPMUError) { try pmu.scheduledIn() } catch { throw .vpmu(error) }
    port.enter()
    try port.check()
  }

  /// There is no hypervisor.
  @inlinable
  mutating func begin() {}

  @inlinable
  mutating func end(_ tally: inout RoundTally) {}
}

/// Where the driver's accesses go on a ``ThreadCPU``.
@usableFromInline
struct ThreadPort<Model: PMUModel, Base: HostEvents, Policy: EventPolicy>: GuestPort {
  @usableFromInline let pmu: BenchPMU<Model, Base, Policy>
  /// A PMI has come that the guest has not handled: as with an NMI, further ones in its handler become one.
  @usableFromInline var isPMIPending = false
  /// The first failure; what follows is worth nothing.
  @usableFromInline var failure: BenchError?

  @inlinable
  init(_ pmu: BenchPMU<Model, Base, Policy>) { self.pmu = pmu }

  @inlinable
  mutating func wrmsr(_ msr: MSRNumber, _ value: UInt64) {
    do throws(VPMUError) {
      if try pmu.writeMSR(msr, value, origin: .guest) != .done { fault("\(msr)") }
    } catch { failure = failure ?? .vpmu(error) }
    enter()
  }

  @inlinable
  mutating func rdmsr(_ msr: MSRNumber) -> UInt64 {
    var value: UInt64 = 0
    do throws(VPMUError) {
      if case .value(let read) = try pmu.readMSR(msr, origin: .guest) { value = read } else { fault("\(msr)") }
    } catch { failure = failure ?? .vpmu(error) }
    enter()
    return value
  }

  @inlinable
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
  @inlinable
  mutating func enter() {
    do throws(VPMUError) {
      if try pmu.enter() == .injectPMI { isPMIPending = true }
    } catch { failure = failure ?? .vpmu(error) }
  }

  @inlinable
  func check() throws(BenchError) { if let failure { throw failure } }

  @usableFromInline
  mutating func fault(_ register: @autoclosure () -> String) {
    if failure == nil { failure = .guestFault(model: pmu.vpmu.model.declaration.name, register: register()) }
  }
}

import GuestPerf
import SimulatedHost
import VPMUCore
import VPMUModel
import VPMUTrace

/// A guest on the simulated host whose accesses are written down as a trace.
struct RecordingPort<Model: PMUModel>: GuestPort {
  let vpmu: VirtualPMU<Model, SimulatedHost, Reuse>
  let host: SimulatedHost
  private(set) var log: [TraceOperation] = []

  init(_ model: Model, _ configuration: TraceConfiguration) throws {
    try self.init(model, configuration.guest, configuration.host.limits)
  }

  init(_ model: Model, _ configuration: GuestConfiguration, _ limits: HostLimits) throws {
    host = SimulatedHost(limits: limits)
    vpmu = try VirtualPMU(model: model, configuration: configuration, host: host, policy: Reuse())
  }

  var registers: RegisterMap { RegisterMap(of: vpmu) }

  @discardableResult
  mutating func enter() -> Bool {
    let pmi = (try? vpmu.enter()) == .injectPMI
    log.append(.enter(pmi: pmi, hostEvents: UInt32(vpmu.statistics.live)))
    return pmi
  }

  mutating func wrmsr(_ msr: MSRNumber, _ value: UInt64) {
    let answer = try? vpmu.writeMSR(msr, value)
    log.append(.writeMSR(msr, value, origin: .guest, ok: answer == .done))
    enter()
  }

  mutating func rdmsr(_ msr: MSRNumber) -> UInt64 {
    let value = Self.value(try? vpmu.readMSR(msr))
    log.append(.readMSR(msr, origin: .guest, value: value))
    enter()
    return value ?? 0
  }

  mutating func rdpmc(_ ecx: RDPMCSelector) -> UInt64 {
    let value = Self.value(try? vpmu.readPMC(ecx, cpl: 0, cr4PCE: false))
    log.append(.readPMC(ecx, cpl: 0, cr4PCE: false, value: value))
    enter()
    return value ?? 0
  }

  /// The guest runs, and is entered again.
  mutating func run(_ event: TraceEvent, _ count: UInt64) -> Bool {
    log.append(.run(event, ring: .user, count: count))
    host.run(EventCode(number: event.number, unitMask: event.unitMask), ring: .user, count: count)
    return enter()
  }

  mutating func timeSlice() {
    log.append(.scheduledIn)
    try? vpmu.scheduledIn()
    enter()
  }

  private static func value(_ answer: ReadAnswer?) -> UInt64? {
    if case .value(let value) = answer { value } else { nil }
  }
}

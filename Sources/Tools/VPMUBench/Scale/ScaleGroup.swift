import GuestPerf
import VPMUCore
import VPMULoader
import VPMUModel

/// The virtual CPUs of one thread, which take turns on it.
struct ScaleGroup<Host: BenchHost, Policy: EventPolicy> {
  typealias PMU = VirtualPMU<PluginModel, Host.Events, Policy>

  static var rounds: Int { 401 }
  /// Accesses of a round, at least: enough to forget the clock.
  static var accesses: Int { 4096 }
  /// Of one vCPU in its turn: two writes and two reads of registers.
  static var accessesOfTurn: Int { 4 }

  init() {}

  var pmus: [PMU] = []
  var registers: CounterRegisters?
  var event: UInt64 = 0

  mutating func reserve(_ count: Int) { pmus.reserveCapacity(pmus.count + count) }

  mutating func add(_ count: Int, _ guest: BenchGuest<PluginModel>, _ host: Host, _ policy: Policy) throws {
    for _ in 0..<count {
      pmus.append(
        try VirtualPMU(
          model: guest.model, configuration: guest.preset.configuration,
          host: try host.makeHost(for: guest.model.declaration).events, policy: policy))
    }
    guard registers == nil, let pmu = pmus.first else { return }
    registers = RegisterMap(of: pmu).generalPurpose.first
    event = (guest.model.declaration.events.first { $0.generic != nil }?.select ?? 0) | Self.userEnable
  }

  /// USR and EN.
  static var userEnable: UInt64 { 1 << 16 | 1 << 22 }

  /// No vCPUs, but what was learned by them.
  mutating func clear() { pmus.removeAll() }

  /// Each vCPU counts an event.
  ///
  /// - Throws: ``BenchError/host(reason:)`` if one does not
  func program() throws {
    guard let registers else { return }
    for (place, pmu) in pmus.enumerated() {
      _ = try pmu.writeMSR(registers.control, event)
      _ = try pmu.enter()
      guard case .notCounting(let refusal) = try pmu.counterState(registers.pmc) else { continue }
      throw BenchError.host(
        reason: "vCPU \(place + 1) of \(pmus.count) does not count: \(refusal)")
    }
  }

  /// Each stops, and two time slices pass.
  func stop() throws {
    guard let registers else { return }
    for pmu in pmus {
      _ = try pmu.writeMSR(registers.control, 0)
      for _ in 0..<3 {
        _ = try pmu.enter()
        try pmu.scheduledIn()
      }
      _ = try pmu.enter()
    }
  }

  /// - Returns: by round, the time of an access in hundredths of a ns
  func timeAccesses() throws -> Samples {
    var samples = Samples(capacity: Self.rounds)
    guard let registers else { return samples }
    let sweeps = max(1, Self.accesses / (pmus.count * Self.accessesOfTurn))
    for round in 0..<Self.rounds {
      let start = Clock.now()
      for sweep in 0..<sweeps {
        let value = UInt64(truncatingIfNeeded: round &+ sweep)
        for pmu in pmus {
          _ = try pmu.writeMSR(registers.value, value)
          _ = try pmu.enter()
          _ = try pmu.writeMSR(registers.control, value & 0xFF)
          _ = try pmu.enter()
          _ = try pmu.readMSR(registers.value)
          _ = try pmu.enter()
          _ = try pmu.readMSR(registers.control)
          _ = try pmu.enter()
        }
      }
      let time = Clock.now() &- start
      samples.add(time &* 100 / UInt64(sweeps * pmus.count * Self.accessesOfTurn))
    }
    return samples
  }
}

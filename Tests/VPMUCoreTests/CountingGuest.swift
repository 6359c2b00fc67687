import IntelModel
import SimulatedHost
import TestSupport
import Testing
import VPMUCore
import VPMUModel

/// A guest that samples as a driver does, on a fault-injecting host, with the values its counters must show: a counter
/// that is on counts what runs in its rings, and wraps at its width. Counters are written only while they are stopped.
struct CountingGuest<Policy: EventPolicy> {
  struct Counter {
    var select: UInt64 = 0
    var value: UInt64 = 0
  }

  static var codes: [UInt64] { [0xC0, 0xC4, 0x3C] }
  static var interrupt: UInt64 { 1 << 20 }
  static var count: Int { 4 }

  let vpmu: VirtualPMU<IntelModel, FaultInjectingHost, Policy>
  let host: FaultInjectingHost
  let mask: UInt64
  private(set) var counters = [Counter](repeating: Counter(), count: Self.count)
  private(set) var isOn = false
  /// Counters that wrapped and whose status bit was not cleared since.
  private(set) var wrapped: UInt64 = 0
  /// Of these, those with INT whose PMI has not come.
  private(set) var owed: UInt64 = 0
  private(set) var interrupts = 0

  init(_ policy: Policy, _ faults: FaultRates, seed: UInt64) throws {
    host = FaultInjectingHost(limits: .generous, faults: faults, seed: seed)
    vpmu = try VirtualPMU(
      model: IntelModel(), configuration: IntelModel().declaration.presets[0].configuration, host: host,
      policy: policy)
    mask = (1 << 48) - 1
  }

  /// A counter's number, its count before the wrap (at most 2^31), its event select.
  mutating func program(_ index: Int, distance: UInt64, select: UInt64) throws {
    precondition(!isOn)
    try write(Architectural.select0, index, select)
    try write(Architectural.counter0, index, 0 &- distance)
    counters[index] = Counter(select: select, value: (0 &- distance) & mask)
  }

  mutating func start() throws {
    try write(Architectural.globalControl, 0, 0xF)
    isOn = true
  }

  /// Stops all counters. By the next entry the vPMU has looked at each, so that nothing is owed any more.
  mutating func stop() throws {
    try write(Architectural.globalControl, 0, 0)
    isOn = false
    try enter()
    try #require(owed == 0, "every wrap of a counter that is stopped was reported")
    let status = try read(Architectural.globalStatus, 0)
    try #require(status == wrapped, "the status of stopped counters")
    try readCounters()
    try write(MSRNumber(0x390), 0, status)
    wrapped = 0
  }

  mutating func run(_ code: UInt64, _ ring: Rings, _ count: UInt64) throws {
    try enter()
    host.run(EventCode(number: UInt16(code), unitMask: 0), ring: ring, count: count)
    guard isOn else { return }
    for index in 0..<Self.count where counts(counters[index], code, ring) {
      let value = counters[index].value + count
      counters[index].value = value & mask
      guard value > mask else { continue }
      wrapped |= 1 << UInt64(index)
      if counters[index].select & Self.interrupt != 0 { owed |= 1 << UInt64(index) }
    }
  }

  /// Enters, and looks at why a PMI came.
  mutating func enter() throws {
    guard try vpmu.enter() == .injectPMI else { return }
    interrupts += 1
    try #require(owed != 0, "no PMI before a wrap, nor a second one for the same")
    let status = try read(Architectural.globalStatus, 0)
    try #require(status & ~wrapped == 0, "no status bit before its wrap")
    try #require(status & owed != 0, "a PMI has its status bit")
    owed &= ~status
  }

  func readCounters() throws {
    for index in 0..<Self.count {
      let value = try read(Architectural.counter0, index)
      try #require(value == counters[index].value, "counter \(index)")
    }
  }

  func readStatus() throws {
    try #require(try read(Architectural.globalStatus, 0) & ~wrapped == 0, "no status bit before its wrap")
  }

  private func counts(_ counter: Counter, _ code: UInt64, _ ring: Rings) -> Bool {
    counter.select & 1 << 22 != 0 && counter.select & 0xFF == code
      && counter.select & (ring == .user ? 1 << 16 : 1 << 17) != 0
  }

  private func write(_ msr: MSRNumber, _ index: Int, _ value: UInt64) throws {
    guard try vpmu.writeMSR(MSRNumber(msr.rawValue + UInt32(index)), value) == .done else {
      throw UnexpectedAnswer.write(msr)
    }
  }

  private func read(_ msr: MSRNumber, _ index: Int) throws -> UInt64 {
    guard case .value(let value) = try vpmu.readMSR(MSRNumber(msr.rawValue + UInt32(index))) else {
      throw UnexpectedAnswer.read(msr)
    }
    return value
  }
}

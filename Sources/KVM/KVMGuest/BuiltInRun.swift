import GuestPerf
import KVMPMU
import VPMUModel

/// The built-in program, once: it finds its registers, counts loops of known length, and samples.
public struct BuiltInRun: Sendable {
  /// Rounds of the loops in ring 3 that are counted.
  public var rounds: [UInt64] = [1_000, 100_000, 1_000_000]
  /// PMIs to take.
  public var pmis: UInt64 = 10
  /// Events from one PMI to the next.
  public var period: UInt64 = 2_000_000

  /// Rounds of ring 3 while PMIs are waited for, and how often that is tried.
  private static let samplingRounds: UInt64 = 1_000_000
  private static let mostTurns: UInt64 = 100

  public init() {}

  /// Runs it on a vCPU whose RDPMC is rewritten.
  ///
  /// - Parameters:
  ///   - widths: bits of a general-purpose and of a fixed counter, as the guest's CPUID shows them
  ///   - tell: called after each loop in ring 3, for a host that counts the work it is given; nil: events count by
  ///     themselves, and between the beginning and the end of a count the VMM only handles exits
  public func run<PMU>(
    _ cpu: VirtualCPU<PMU>, _ declaration: ModelDeclaration, widths: (generalPurpose: UInt32, fixed: UInt32),
    tell: ((_ round: LoopRound, _ rounds: UInt64) -> Void)?
  ) throws(GuestError) -> BuiltInReport {
    let map = try cpu.findRegisters(declaration, widths: widths)
    var report = BuiltInReport(map)
    let events = [GenericEvent.instructions, .branches].compactMap { generic in
      declaration.event(for: generic).map { (generic, GuestEvent(code: $0.select, rings: .user, period: nil)) }
    }
    let counting = CounterSet(events.map(\.1), on: map)
    for rounds in rounds {
      let counts = try count(counting, map, cpu, rounds, tell)
      for (event, count) in zip(events, counts) {
        report.counts.append(BuiltInReport.Count(event: event.0, rounds: rounds, count: count))
      }
    }
    try sample(map, cpu, declaration, tell)
    report.pmis = cpu.pmis
    report.calls = cpu.hookup.calls
    report.entries = cpu.entries
    return report
  }

  /// One loop, counted: what the guest read, by counter.
  private func count<PMU>(
    _ set: CounterSet, _ map: RegisterMap, _ cpu: VirtualCPU<PMU>, _ rounds: UInt64,
    _ tell: ((LoopRound, UInt64) -> Void)?
  ) throws(GuestError) -> [UInt64] {
    let driver = PerfDriver(map)
    var program = CommandPort()
    driver.program(set, &program)
    var stop = CommandPort()
    driver.stop(set, &stop)
    let loop = program.commands + [.userLoop(rounds)]
    let results: ArraySlice<GuestResult>
    if let tell {
      _ = try cpu.perform(loop)
      tell(.loop, rounds)
      results = try cpu.perform(stop.commands)[...]
    } else {
      results = try cpu.perform(loop + stop.commands).dropFirst(loop.count)
    }
    let values = results.compactMap { result -> UInt64? in
      if case .value(let value) = result { value } else { nil }
    }
    return zip(set.counters, values).map { $0.events(at: $1) }
  }

  private func sample<PMU>(
    _ map: RegisterMap, _ cpu: VirtualCPU<PMU>, _ declaration: ModelDeclaration,
    _ tell: ((LoopRound, UInt64) -> Void)?
  ) throws(GuestError) {
    guard let event = declaration.event(for: .instructions) else { return }
    let set = CounterSet([GuestEvent(code: event.select, rings: .user, period: period)], on: map)
    let driver = PerfDriver(map)
    try cpu.setLVTPC(.nmi)
    cpu.handlePMIs(of: set, on: map)
    var program = CommandPort()
    driver.program(set, &program)
    _ = try cpu.perform(program.commands)
    var turns: UInt64 = 0
    while cpu.pmis.count < pmis && turns < pmis * Self.mostTurns {
      _ = try cpu.perform(.userLoop(Self.samplingRounds))
      tell?(.loop, Self.samplingRounds)
      turns += 1
    }
    var stop = CommandPort()
    driver.stop(set, &stop)
    _ = try cpu.perform(stop.commands)
  }
}

/// What the guest saw.
public struct BuiltInReport: Sendable {
  /// One event over one loop.
  public struct Count: Sendable {
    public var event: GenericEvent
    public var rounds: UInt64
    /// What the guest read.
    public var count: UInt64

    /// What the loop is made of.
    public var expected: UInt64 {
      rounds * (event == .branches ? LoopRound.loop.branches : LoopRound.loop.instructions)
    }
  }

  public var generalPurpose: Int
  public var fixed: Int
  public var hasGlobalControl: Bool
  public var counts: [Count] = []
  public var pmis = HandledPMIs(count: 0, empty: 0, overflows: [], times: [])
  public var calls = KVMCallCounts()
  /// Times that the guest was entered.
  public var entries: UInt64 = 0
  /// The host is the software clock: what was counted is time in ns, whatever the event.
  public var countsTime = false

  init(_ map: RegisterMap) {
    generalPurpose = map.generalPurpose.count
    fixed = map.fixed.count
    hasGlobalControl = map.global != nil
  }

  /// For people: a line for each fact.
  public var text: String {
    var lines = [
      "registers  \(generalPurpose) general-purpose and \(fixed) fixed counters, "
        + (hasGlobalControl ? "a global control register" : "no global control register")
    ]
    for count in counts {
      lines.append(
        "counting   \(count.event): \(count.rounds) rounds in ring 3 make \(count.expected), the guest read "
          + (countsTime ? "\(count.count) ns of the clock that stands in for the event" : "\(count.count)"))
    }
    let handler = pmis.times.sorted()
    let median =
      handler.isEmpty ? "" : ", the median one took \(handler[handler.count / 2]) time stamp ticks in the handler"
    lines.append("sampling   \(pmis.count) PMIs, \(pmis.empty) of them found no overflow\(median)")
    lines.append(
      "exits      \(calls.msrExits) for registers (\(calls.faults) answered with #GP), \(calls.rdpmcExits) for RDPMC; "
        + "the guest was entered \(entries) times, in \(calls.slices) further time slices")
    return lines.joined(separator: "\n")
  }
}

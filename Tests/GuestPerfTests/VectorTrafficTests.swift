import AMDModel
import GuestPerf
import IntelModel
import Testing
import VPMUCore
import VPMUModel
import VPMUTrace

/// The driver makes the accesses of the recorded drivers, one for one, with the same values and answers.
@Suite struct VectorTrafficTests {
  @Test(arguments: ["perf-intel-multiplex", "perf-amd-k7-multiplex", "perf-amd-f15h-multiplex"])
  func `Ten events take turns on the counters as in the recording`(name: String) throws {
    try expectSameTraffic(name, .multiplex)
  }

  @Test(arguments: [
    "perf-intel-one-gp", "perf-intel-fullwidth-one-gp", "perf-amd-k7-one-gp", "perf-amd-f15h-one-gp",
  ])
  func `One general-purpose counter samples as in the recording`(name: String) throws {
    try expectSameTraffic(name, .oneGP)
  }

  @Test func `One fixed counter samples as in the recording`() throws {
    try expectSameTraffic("perf-intel-one-fixed", .oneFixed)
  }

  @Test(arguments: ["perf-intel-count", "perf-amd-k7-count", "perf-amd-f15h-count"])
  func `One counter counts as in the recording`(name: String) throws {
    try expectSameTraffic(name, .count)
  }

  private func expectSameTraffic(_ name: String, _ usage: Usage) throws {
    let recording = try Recording(name)
    let log =
      recording.trace.configuration.vendor == "intel"
      ? try recording.drive(IntelModel(), usage) : try recording.drive(AMDModel(), usage)
    #expect(log.count > 100)
    let differs = zip(log, recording.operations).enumerated().first { $1.0 != $1.1 }
    #expect(differs == nil, "operation \(differs?.offset ?? 0): \(String(describing: differs?.element))")
    // What is left of the recording are time slices of an idle guest.
    #expect(recording.operations.dropFirst(log.count).allSatisfy { $0.name == "sched_in" || $0.name == "enter" })
  }
}

/// A recorded driver: what it counted, and what happened meanwhile.
private struct Recording {
  let trace: Trace
  /// All operations but the running totals.
  let operations: [TraceOperation]
  /// The event selects written to counters in each of the recorded driver's turns, and the guest's work in it.
  var turns: [Turn] = []

  struct Turn {
    var codes: [UInt64] = []
    var runs: [(event: TraceEvent, count: UInt64)] = []
  }

  init(_ name: String) throws {
    let folders = #filePath.split(separator: "/").dropLast(2).joined(separator: "/")
    trace = try Trace(contentsOf: "/\(folders)/Vectors/\(name).jsonl")
    operations = trace.steps.map(\.operation).filter { $0.name != "totals" }
    var turn = Turn()
    for operation in operations {
      switch operation {
      case .run(let event, _, let count): turn.runs.append((event, count))
      // An enabled event select without a counter mask: before the first run, in the order of the counters.
      case .writeMSR(_, let value, _, _)
      where turn.runs.isEmpty && value & 0xFFC3_0000 == 0x43_0000 && value >> 36 == 0:
        turn.codes.append(value & 0xF_0000_FFFF)
      case .scheduledIn where !turn.runs.isEmpty:
        turns.append(turn)
        turn = Turn()
      default: break
      }
    }
  }

  func drive<Model: PMUModel>(_ model: Model, _ usage: Usage) throws -> [TraceOperation] {
    var port = try RecordingPort(model, trace.configuration)
    let map = port.registers
    let driver = PerfDriver(map)
    for turn in turns {
      let events = turn.codes.map { GuestEvent(code: $0, period: usage.samples ? 4000 : nil) }
      let set =
        usage == .oneFixed
        ? try #require(CounterSet(GuestEvent(code: 0, period: 4000), onFixed: 0, of: map)) : CounterSet(events, on: map)
      driver.program(set, &port)
      for run in turn.runs {
        let pmi = port.run(run.event, run.count)
        #expect(pmi == usage.samples)
        if pmi { #expect(driver.handlePMI(set, &port) != 0) }
        if usage == .count {
          // The recorded guest reads its counter twice where it can stop it.
          let value = driver.read(set.counters[0], &port)
          if driver.global != nil { #expect(driver.readStopped(set.counters[0], &port) == value) }
        }
      }
      driver.stop(set, &port)
      port.timeSlice()
    }
    return port.log
  }
}

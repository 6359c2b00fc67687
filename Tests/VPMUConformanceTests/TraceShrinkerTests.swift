import IntelModel
import Testing
import VPMUConformance
import VPMUModel
import VPMUTrace

@Suite("Shrinking a trace")
struct TraceShrinkerTests {
  private let shrinker = TraceShrinker(model: IntelModel())
  private let select = MSRNumber(0x186)
  private let counter = MSRNumber(0xC1)

  private func trace(_ operations: [TraceOperation]) -> Trace {
    let leaf = TraceLeaf(leaf: 0xA, eax: 0x0730_0402, ebx: 0)
    let host = TraceHostLimits(gpCounters: 4, fixedCounters: 0, gpWidth: 48)
    return Trace(
      file: "test", configuration: TraceConfiguration(vendor: "intel", title: "", leaves: [leaf], host: host),
      steps: operations.enumerated().map { TraceStep(line: $0.offset + 2, operation: $0.element) })
  }

  private func write(_ msr: MSRNumber, _ value: UInt64) -> TraceOperation {
    .writeMSR(msr, value, origin: .guest, ok: true)
  }

  private func read(_ msr: MSRNumber, _ value: UInt64) -> TraceOperation {
    .readMSR(msr, origin: .guest, value: value)
  }

  @Test("Shrinking removes reads, and keeps the writes that lead to the wrong answer")
  func reads() {
    let wrong = read(counter, 8)
    let long = trace([
      read(counter, 0), write(counter, 7), read(counter, 7), .readPMC(RDPMCSelector(0), cpl: 0, cr4PCE: true, value: 7),
      write(select, 0x41_00C0), read(select, 0x41_00C0), wrong,
    ])
    #expect(shrinker.showsLastOnly(long))
    let short = shrinker.withoutReads(long)
    #expect(short.steps.map(\.operation) == [write(counter, 7), write(select, 0x41_00C0), wrong])
    #expect(short.steps.map(\.line) == [2, 3, 4])
  }

  @Test("A trace whose earlier answers differ, or none, does not show its last answer only")
  func earlier() {
    #expect(!shrinker.showsLastOnly(trace([read(counter, 1), read(counter, 8)])))
    #expect(!shrinker.showsLastOnly(trace([read(counter, 0)])))
    #expect(!shrinker.showsLastOnly(trace([])))
  }

  @Test("Shrinking removes every operation that the condition does not need", arguments: [1, 2, 3, 8, 37, 200])
  func smallest(count: Int) {
    let needed = Set([count / 3, count / 2, count - 1])
    let long = trace((0..<count).map { write(counter, UInt64($0)) } + [read(counter, 1 << 40)])
    let short = shrinker.shrink(long, removing: { _ in true }) { candidate in
      let values = candidate.steps.compactMap { step -> Int? in
        guard case .writeMSR(_, let value, _, _) = step.operation else { return nil }
        return Int(value)
      }
      return needed.isSubset(of: values)
    }
    #expect(short.steps.count == needed.count + 1)
    #expect(short.steps.last?.operation == read(counter, 1 << 40))
  }
}

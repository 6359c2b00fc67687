import SeededRandom
import TestSupport
import Testing
import VPMUCore
import VPMUModel
import VPMUTrace

@Suite struct TraceFuzzTests {
  /// Pieces that real lines are made of, so that random text gets past the first character.
  private static let pieces = [
    "{", "}", "[", "]", ",", ":", "\"", "\\", "\\u", "d800", "\\udc00", "\n", " ", "0", "-", "1e999", "0x", "0x1",
    "18446744073709551616", "true", "null", #""op":"#, #""configure""#, #""msr""#, #""value""#, #""ok""#, "é", "\u{0}",
  ]

  @Test func `Random text and damaged vectors are read or refused, never more`() throws {
    var random = SeededGenerator.fresh("the trace fuzz")
    let seed = random.seed
    var (read, refused) = (0, 0)
    func take(_ bytes: [UInt8]) throws {
      do throws(TraceError) {
        let trace = try Trace(parsing: bytes, file: "fuzz")
        // What was read can be written, and reads back equal.
        #expect(try Trace(parsing: trace.text.utf8, file: "fuzz").configuration == trace.configuration, "seed \(seed)")
        read += 1
      } catch {
        #expect("\(error)".hasPrefix("fuzz:"), "seed \(seed)")
        refused += 1
      }
    }
    for _ in 0..<3000 {
      try take((0..<Int.random(in: 0..<60, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) })
      let words = (0..<Int.random(in: 0..<40, using: &random)).map { _ in
        Self.pieces.randomElement(using: &random) ?? ""
      }
      try take(Array(words.joined().utf8))
    }
    let vector = try bytes(of: Vectors.path("rule-intel-filter.jsonl"))
    for _ in 0..<1000 {
      var damaged = vector
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        let place = Int.random(in: 0..<damaged.count, using: &random)
        switch Int.random(in: 0..<4, using: &random) {
        case 0: damaged.remove(at: place)
        case 1: damaged.insert(UInt8.random(in: 0x20...0x7E, using: &random), at: place)
        case 2: damaged[place] = UInt8.random(in: 0...255, using: &random)
        default: damaged.removeSubrange(place...)
        }
        if damaged.isEmpty { break }
      }
      try take(damaged)
    }
    // Both ways were taken, or the text was not as random as it should be.
    #expect(refused > 6000, "seed \(seed)")
    #expect(read > 0, "seed \(seed)")
  }

  @Test(arguments: ["rule-intel-filter.jsonl", "random-amd-busy-010.jsonl", "rule-intel-overflow.jsonl"])
  func `A trace of random operations replays to the end under every policy`(_ name: String) throws {
    var random = SeededGenerator.fresh("the replay fuzz")
    let seed = random.seed
    var trace = try Vectors.trace(name)
    let model = try Vectors.model(trace.configuration.vendor)
    // The vector's own operations in random order: every answer is a surprise.
    trace.steps.shuffle(using: &random)
    trace.steps.append(
      TraceStep(line: 0, operation: .run(TraceEvent(number: 0xC0, unitMask: 0), ring: .user, count: .max)))
    trace.steps.append(TraceStep(line: 0, operation: .slice([TraceSliceCount(pmc: .fixed(15), count: .max)])))
    trace.steps.append(TraceStep(line: 0, operation: .hostBusy(count: .max)))
    let compiled = CompiledTrace(trace)
    for policy in PolicyKind.allCases {
      #expect(throws: Never.self, "seed \(seed)") { try Self.replay(compiled, model: model, policy) }
    }
  }

  private static func replay<Model: PMUModel>(_ trace: CompiledTrace, model: Model, _ policy: PolicyKind) throws {
    try policy.accept(Replay(trace: trace, model: model))
  }

  private struct Replay<Model: PMUModel>: PolicyKind.Visitor {
    let trace: CompiledTrace
    let model: Model

    func visit<Policy: EventPolicy>(_ policy: Policy) throws {
      var log = MismatchLog()
      try TraceReplayer(trace, model: model, policy: policy).replay(&log)
    }
  }
}

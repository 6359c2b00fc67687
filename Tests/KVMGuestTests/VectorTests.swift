import AMDModel
import Glibc
import IntelModel
import TestSupport
import Testing
import VPMUModel
import VPMUTrace

extension Guest {
  @Suite struct VectorTests {
    @Test(arguments: RuleVectors.names)
    func `A guest that executes a rule sees its values and faults`(_ name: String) throws {
      let report = try RuleVectors.execute(name, .asRecorded)
      #expect(report.mismatches == [])
      #expect(report.notExpressible == [])
      #expect(report.notCompared == 0)
      #expect(report.instructions > 0 && report.answersCompared >= report.instructions)
    }

    @Test(arguments: RuleVectors.names)
    func `The same faults when deferred work is done before every entry`(_ name: String) throws {
      let report = try RuleVectors.execute(name, .always)
      #expect(report.mismatches == [])
      #expect(report.instructions > 0 && report.answersCompared >= report.instructions)
    }

    @Test func `A vector that is wrong in a value or a fault shows`() throws {
      var trace = try RuleVectors.trace("rule-intel-overflow.jsonl")
      var changed = 0
      for index in trace.steps.indices {
        switch trace.steps[index].operation {
        case .readMSR(let msr, let origin, let value?):
          trace.steps[index].operation = .readMSR(msr, origin: origin, value: value ^ 1)
        case .writeMSR(let msr, let value, let origin, ok: true):
          trace.steps[index].operation = .writeMSR(msr, value, origin: origin, ok: false)
        default: continue
        }
        changed += 1
      }
      let report = try RuleVectors.execute(trace, .asRecorded)
      #expect(changed > 10 && report.mismatches.count == changed)
    }

    @Test func `All rules are there`() {
      #expect(RuleVectors.names.count == 17)
    }
  }
}

/// The vectors that show one rule each.
enum RuleVectors {
  private static let directory = "/" + #filePath.split(separator: "/").dropLast(2).joined(separator: "/") + "/Vectors/"

  static let names: [String] = {
    guard let stream = opendir(directory) else { return [] }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
      if name.hasPrefix("rule-"), name.hasSuffix(".jsonl") { names.append(name) }
    }
    return names.sorted()
  }()

  /// Executes one in a guest of its own, on a thread of its own.
  static func execute(_ name: String, _ entering: Entering) throws -> VectorReport {
    try execute(trace(name), entering)
  }

  static func trace(_ name: String) throws -> Trace { try Trace(contentsOf: directory + name) }

  static func execute(_ trace: Trace, _ entering: Entering) throws -> VectorReport {
    let isAMD = trace.configuration.vendor == "amd"
    return try Guest.run { isAMD ? try run(trace, AMDModel(), entering) : try run(trace, IntelModel(), entering) }
  }

  private static func run(_ trace: Trace, _ model: some PMUModel, _ entering: Entering) throws -> VectorReport {
    var guest = try VectorGuest(trace, model, entering)
    return try guest.run()
  }
}

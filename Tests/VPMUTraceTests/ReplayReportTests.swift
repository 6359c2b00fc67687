import Foundation
import IntelModel
import Testing
import VPMUCore
import VPMUModel
import VPMUTrace

/// A small Intel trace; its steps follow.
private let configuration =
  #"{"op":"configure","vendor":"intel","title":"t","cpuid_0000000a":{"eax":"0x7300402","ebx":"0x0","ecx":"0x0","#
  + #""edx":"0x603"},"perf_capabilities":"0x0","host":{"gp_counters":8,"fixed_counters":3,"#
  + #""gp_width":48,"fixed_width":48,"arch_events":7}}"#

private func replay<Policy: EventPolicy>(_ steps: [String], _ policy: Policy) throws -> (MismatchLog, CompiledTrace) {
  let text = ([configuration] + steps).joined(separator: "\n")
  let trace = CompiledTrace(try Trace(parsing: text.utf8, file: "wrong.jsonl"))
  var log = MismatchLog()
  try TraceReplayer(trace, model: IntelModel(), policy: policy).replay(&log)
  return (log, trace)
}

@Suite struct ReplayReportTests {
  @Test(arguments: [
    (#"{"op":"rdmsr","msr":"0x186","ok":true,"value":"0x1"}"#, "rdmsr: value: expected 0x1, got 0x0"),
    (#"{"op":"rdmsr","msr":"0x186","ok":false}"#, "rdmsr: ok: expected false, got true, value 0x0"),
    (#"{"op":"rdmsr","msr":"0x18a","ok":true,"value":"0x0"}"#, "rdmsr: ok: expected true, got false"),
    (#"{"op":"wrmsr","msr":"0x186","value":"0x4300c0","ok":false}"#, "wrmsr: ok: expected false, got true"),
    (#"{"op":"wrmsr","msr":"0x186","value":"0x200000","ok":true}"#, "wrmsr: ok: expected true, got false"),
    (
      #"{"op":"rdpmc","ecx":"0x0","cpl":0,"cr4_pce":false,"ok":false}"#,
      "rdpmc: ok: expected false, got true, value 0x0"
    ),
    (#"{"op":"enter","pmi":true,"host_events":0}"#, "enter: pmi: expected true, got false"),
    (#"{"op":"enter","pmi":true}"#, "enter: pmi: expected true, got false"),
    (#"{"op":"enter","pmi":false,"host_events":2}"#, "enter: host_events: expected 2, got 0"),
    (#"{"op":"totals","created":0,"reused":3,"released":0,"live":0}"#, "totals: reused: expected 3, got 0"),
    (
      #"{"op":"filter","action":"deny","masked":true,"fixed_bitmap":"0x0","events":["0x1000c0"],"ok":true}"#,
      "filter: ok: expected true, got false"
    ),
  ])
  func `A wrong answer is named by file, line, operation and field`(_ step: String, _ message: String) throws {
    let (log, _) = try replay([#"{"op":"sched_in"}"#, step], Reuse())
    #expect(log.count == 1)
    #expect(log.first.map(\.description) == ["wrong.jsonl:3: " + message])
  }

  @Test func `Every line of a wrong vector's fields is reported, in order, and no more are kept than asked for`() throws
  {
    let wrong = #"{"op":"totals","created":1,"reused":2,"released":3,"live":4}"#
    let (log, trace) = try replay([wrong, wrong], Reuse())
    #expect(log.count == 8)
    #expect(log.first.map(\.line) == [2, 2, 2, 2, 3, 3, 3, 3])
    let fields = ["created", "reused", "released", "live"]
    #expect(log.first.map(\.field) == fields + fields)
    var short = MismatchLog(keeping: 3)
    try TraceReplayer(trace, model: IntelModel(), policy: Reuse()).replay(&short)
    #expect(short.count == 8)
    #expect(short.first.count == 3)
  }

  @Test func `Under another policy than reuse, numbers of host events are not compared, and counted as such`() throws {
    let steps = [
      #"{"op":"enter","pmi":false,"host_events":7}"#, #"{"op":"totals","created":1,"reused":2,"released":3,"live":4}"#,
    ]
    for kind in [PolicyKind.recreate, .reuseKeep] {
      let (log, trace) =
        kind == .recreate ? try replay(steps, Recreate()) : try replay(steps, ReuseKeep())
      #expect(log.count == 0)
      #expect(trace.notCompared(under: kind) == 5)
      #expect(trace.notCompared(under: .reuse) == 0)
    }
  }

  @Test func `After the host was first made busy, answers are compared under reuse only`() throws {
    let wrong = #"{"op":"rdmsr","msr":"0x186","ok":true,"value":"0x1"}"#
    let steps = [wrong, #"{"op":"host_busy","count":1}"#, wrong, #"{"op":"enter","pmi":true,"host_events":0}"#]
    let (reuse, trace) = try replay(steps, Reuse())
    #expect(reuse.first.map(\.line) == [2, 4, 5])
    let (recreate, _) = try replay(steps, Recreate())
    #expect(recreate.first.map(\.line) == [2])
    #expect(trace.notCompared(under: .recreate) == 3)
  }

  @Test func `A recorded run counts for the counters that it names`() throws {
    let steps = [
      #"{"op":"wrmsr","msr":"0x186","value":"0x4300c0","ok":true}"#,
      #"{"op":"wrmsr","msr":"0x38d","value":"0x3","ok":true}"#,
      #"{"op":"wrmsr","msr":"0x38f","value":"0x10000000f","ok":true}"#,
      #"{"op":"enter","pmi":false,"host_events":2}"#, #"{"op":"run","counts":{"0":41,"32":42}}"#,
      #"{"op":"rdmsr","msr":"0xc1","ok":true,"value":"0x29"}"#,
      #"{"op":"rdmsr","msr":"0x309","ok":true,"value":"0x2a"}"#,
      #"{"op":"emulated","event":"0xc0","cpl":0,"count":3}"#,
      #"{"op":"rdmsr","msr":"0xc1","ok":true,"value":"0x2c"}"#,
    ]
    let (log, _) = try replay(steps, Reuse())
    #expect(log.first.map(\.description) == [])
  }

  @Test func `A file that can't be replayed is a failure, and the others are replayed all the same`() {
    let good = Vectors.path("rule-intel-reset-state.jsonl")
    let report = ReplayReport(
      replaying: ["/nowhere.jsonl", good], policy: .reuse, model: Vectors.model)
    #expect(!report.isClean)
    #expect(report.failures == 1)
    #expect(report.summary == "1 files, 21 operations, 0 mismatches")
    #expect(report.files[0].failure?.hasPrefix("/nowhere.jsonl: can't be read: No such file or directory") == true)
    #expect(report.text.hasSuffix("1 not replayed\n" + report.summary))
  }

  @Test func `A vendor without a model is a failure of the file`() {
    let report = ReplayReport(
      replaying: [Vectors.path("rule-amd-k7.jsonl")], policy: .reuse,
      model: { throw Vectors.NoModel(vendor: $0) })
    #expect(report.replayed == 0)
    #expect(report.files.first?.failure?.contains("NoModel") == true)
    #expect(!report.isClean)
  }

  @Test func `No file at all is not clean`() {
    let report = ReplayReport(replaying: [], policy: .reuse, model: Vectors.model)
    #expect(!report.isClean)
    #expect(report.text == "0 files, 0 operations, 0 mismatches")
  }

  @Test func `The form for programs is JSON Lines: mismatches, files, the sum`() throws {
    let name = Vectors.path("rule-amd-k7.jsonl")
    // An Intel model answers an AMD guest wrongly all over.
    let report = ReplayReport(
      replaying: [name, "/no\u{1B}where"], policy: .reuseKeep, detailLimit: 2, model: { _ in IntelModel() })
    let objects = try report.jsonLines.split(separator: "\n").map {
      try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
    }
    try #require(objects.count == 5)
    #expect(Set(objects[0].keys) == ["mismatch", "file", "line", "op", "field", "expected", "got"])
    #expect(objects[0]["mismatch"] as? String == "\(name):2")
    #expect(objects[2]["file"] as? String == name)
    #expect(objects[2]["policy"] as? String == "reuse-keep")
    #expect(objects[2]["mismatches"] as? UInt64 == report.mismatches)
    #expect(objects[3]["file"] as? String == "/no\u{1B}where")
    #expect((objects[3]["failure"] as? String)?.contains("can't be read") == true)
    #expect(Set(objects[4].keys) == ["files", "policy", "operations", "not_compared", "mismatches", "failures"])
    #expect(objects[4]["files"] as? Int == 1)
    #expect(objects[4]["failures"] as? Int == 1)
    #expect(report.mismatches > 2)
    #expect(report.text.contains("\(name): \(report.mismatches - 2) more mismatches"))
  }

  @Test func `What a plugin returns that can't be is told, and is not clean even where #GP was expected`() throws {
    let file = FileManager.default.temporaryDirectory.appendingPathComponent("vpmu-\(UUID().uuidString).jsonl")
    let step = #"{"op":"wrmsr","msr":"0xc1","value":"0x1","ok":false}"#
    try Data((configuration + "\n" + step + "\n").utf8).write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }
    let report = ReplayReport(replaying: [file.path], policy: .reuse, model: { _ in StrayModel() })
    #expect(report.replayed == 1 && report.mismatches == 0 && !report.isClean)
    let faults = try #require(report.files.first?.pluginFaults)
    #expect(faults.contains(IntelModel().declaration.id) && faults.contains("MSR 0xc1"))
    #expect(report.text.contains(faults) && report.jsonLines.contains(#""plugin_faults":"the plugin"#))
  }
}

/// The architectural model, but for counter 0, whose register it assigns to a counter that does not exist.
private struct StrayModel: SpecialRegisters {
  private let good = IntelModel()

  var tables: ModelTables { good.tables }
  func refresh(_ state: PMUState, guest: GuestConfiguration, host: HostLimits) -> Bool {
    good.refresh(state, guest: guest, host: host)
  }
  func msrIndexToPMC(_ msr: MSRNumber, _ state: PMUStateView) -> PMCIndex? {
    msr == MSRNumber(0xC1) ? .generalPurpose(9) : registers.pmc(of: msr, state)
  }
  func getMSR(_ msr: MSRNumber, origin: AccessOrigin, _ state: PMUStateView) -> ModelAnswer? { nil }
  func setMSR(_ msr: MSRNumber, _ value: UInt64, origin: AccessOrigin, _ state: PMUState) -> ModelAnswer? { nil }
}

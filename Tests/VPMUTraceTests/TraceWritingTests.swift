import Glibc
import Testing
import VPMUModel
import VPMUTrace

/// A path that nothing else uses; the file goes away with this value.
private final class TemporaryFile {
  let path: String

  init() throws {
    var template = Array("/tmp/vpmu-trace-XXXXXX".utf8CString)
    let descriptor = mkstemp(&template)
    try #require(descriptor >= 0)
    close(descriptor)
    path = template.withUnsafeBufferPointer { String(decoding: $0.prefix { $0 != 0 }.map(UInt8.init), as: UTF8.self) }
  }

  deinit { unlink(path) }
}

@Suite struct TraceWritingTests {
  @Test(arguments: Vectors.names)
  func `Reading and writing a vector gives the same bytes`(_ name: String) throws {
    let trace = try Vectors.trace(name)
    // One title has an escape where a writer of UTF-8 needs none.
    let text = String(decoding: try bytes(of: Vectors.path(name)), as: UTF8.self).replacing("\\u2019", with: "’")
    #expect(trace.text == text)
    #expect(trace.steps.map(\.line) == Array(2..<(trace.steps.count + 2)))
  }

  @Test func `What is written reads back equal, with every operation and awkward text`() throws {
    let configuration = TraceConfiguration(
      vendor: "acme", title: "\"\\/\u{8}\u{C}\n\r\t\u{1}\u{7F}é𝄞", perfctrCore: false,
      leaves: [
        TraceLeaf(leaf: 1, eax: .max, ebx: 0, ecx: nil, edx: 4), TraceLeaf(leaf: .max, eax: 0, ebx: 0),
        TraceLeaf(leaf: 1, subleaf: 0x1F, eax: 5, ebx: 6),
      ],
      perfCapabilities: .max,
      host: TraceHostLimits(gpCounters: .max, fixedCounters: 0, gpWidth: 63, fixedWidth: nil, archEvents: 0))
    let operations: [TraceOperation] = [
      .writeMSR(MSRNumber(.max), .max, origin: .host, ok: false), .readMSR(MSRNumber(0), origin: .host, value: .max),
      .readMSR(MSRNumber(0), origin: .guest, value: nil),
      .readPMC(RDPMCSelector(.max), cpl: 3, cr4PCE: true, value: 0),
      .enter(pmi: true, hostEvents: .max), .enter(pmi: false, hostEvents: nil),
      .run(TraceEvent(number: 0xFFF, unitMask: 0xFF), ring: .user, count: .max),
      .slice([]), .slice([TraceSliceCount(pmc: .fixed(15), count: .max)]), .scheduledIn,
      .emulated(selector: .max, cpl: 0, count: 0), .emulated(selector: 0, cpl: 0, count: 1),
      .filter(TraceFilter(action: .allow, masked: true, fixedBitmap: .max, entries: [.max, 0]), ok: false),
      .hostBusy(count: .max), .totals(TraceTotals(created: .max, reused: 0, released: 1, live: 2)),
    ]
    let steps = operations.enumerated().map { TraceStep(line: $0.offset + 2, operation: $0.element) }
    let file = try TemporaryFile()
    let trace = Trace(file: file.path, configuration: configuration, steps: steps)
    try trace.write(to: file.path)
    #expect(try Trace(contentsOf: file.path) == trace)
  }

  @Test func `A recording longer than its buffer is whole after finish, and starts anew on the same path`() throws {
    let file = try TemporaryFile()
    let configuration = try Vectors.trace("rule-amd-k7.jsonl").configuration
    for count in [10_000, 3] {
      let recorder = try TraceRecorder(path: file.path, configuration: configuration)
      for n in 0..<count {
        try recorder.record(.writeMSR(MSRNumber(0xC001_0004), UInt64(n), origin: .guest, ok: true))
      }
      try recorder.finish()
      try recorder.finish()
      let trace = try Trace(contentsOf: file.path)
      #expect(trace.steps.count == count)
      #expect(
        trace.steps.last?.operation
          == .writeMSR(MSRNumber(0xC001_0004), UInt64(count - 1), origin: .guest, ok: true))
    }
  }

  @Test func `A recording that can't be written is named with the system's words`() throws {
    let configuration = try Vectors.trace("rule-amd-k7.jsonl").configuration
    let error = #expect(throws: TraceError.self) {
      try TraceRecorder(path: "/nowhere/t.jsonl", configuration: configuration)
    }
    #expect(error.map { "\($0)" }?.hasPrefix("/nowhere/t.jsonl: can't be written: No such file or directory") == true)
    let full = #expect(throws: TraceError.self) {
      try TraceRecorder(path: "/dev/full", configuration: configuration).finish()
    }
    #expect(full == .unwritable(file: "/dev/full", errno: ENOSPC))
  }
}

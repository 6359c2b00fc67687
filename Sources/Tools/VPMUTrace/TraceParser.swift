import VPMUModel

/// The lines of one trace, one after the other, to a ``Trace``.
struct TraceParser {
  private let file: String
  private var line = 0
  private var configuration: TraceConfiguration?
  private var steps: [TraceStep] = []

  init(file: String) { self.file = file }

  /// Takes the next line, without its line feed.
  mutating func take(_ bytes: [UInt8]) throws(TraceError) {
    line += 1
    do throws(TraceFault) {
      try parse(bytes)
    } catch {
      throw .malformed(file: file, line: line, error)
    }
  }

  /// Refuses a line whose beginning alone is longer than the format allows.
  mutating func refuseLongLine(limit: Int) -> TraceError {
    .malformed(file: file, line: line + 1, .lineTooLong(limit: limit))
  }

  /// After the last line.
  func finish() throws(TraceError) -> Trace {
    guard let configuration else { throw .malformed(file: file, line: 1, .empty) }
    return Trace(file: file, configuration: configuration, steps: steps)
  }

  private mutating func parse(_ bytes: [UInt8]) throws(TraceFault) {
    guard String(validating: bytes, as: UTF8.self) != nil else { throw .notUTF8 }
    var fields = Fields(try JSONLine.members(of: bytes))
    let name = try fields.string("op")
    if configuration == nil {
      guard name == "configure" else { throw .configurationMissing(found: name) }
      configuration = try TraceConfiguration(&fields)
    } else {
      guard name != "configure" else { throw .configurationRepeated }
      steps.append(TraceStep(line: line, operation: try TraceOperation(name, &fields)))
    }
    try fields.finish(name)
  }
}

extension TraceConfiguration {
  fileprivate init(_ fields: inout Fields) throws(TraceFault) {
    let vendor = try fields.string("vendor")
    let title = try fields.string("title")
    let perfctrCore = try fields.optionalBool("perfctr_core")
    var leaves: [TraceLeaf] = []
    for name in fields.names {
      guard let (leaf, subleaf) = Self.leafNumber(name) else { continue }
      var registers = try fields.fields(name)
      // Upper and lower case digits may name one leaf twice.
      guard !leaves.contains(where: { $0.leaf == leaf && $0.subleaf == subleaf }) else {
        throw .unknownField(name, operation: "configure")
      }
      leaves.append(try TraceLeaf(leaf: leaf, subleaf: subleaf, &registers))
      try registers.finish("configure, in \(name),")
    }
    let perfCapabilities: UInt64? = try fields.optionalHex("perf_capabilities")
    var limits = try fields.fields("host")
    let host = try TraceHostLimits(&limits)
    try limits.finish("configure, in host,")
    self.init(
      vendor: vendor, title: title, perfctrCore: perfctrCore, leaves: leaves, perfCapabilities: perfCapabilities,
      host: host)
  }

  /// The leaf of a field called `cpuid_` and eight hexadecimal digits, and its subleaf: behind a point, or 0.
  private static func leafNumber(_ name: String) -> (leaf: UInt32, subleaf: UInt32)? {
    guard name.utf8.starts(with: "cpuid_".utf8) else { return nil }
    let parts = name.dropFirst(6).split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts[0].utf8.count == 8, let leaf = number(parts[0]) else { return nil }
    guard parts.count == 2 else { return (leaf, 0) }
    guard let subleaf = number(parts[1]), subleaf != 0 else { return nil }
    return (leaf, subleaf)
  }

  private static func number(_ digits: Substring) -> UInt32? {
    Fields.hexadecimal("0x" + digits).flatMap { UInt32(exactly: $0) }
  }
}

extension TraceLeaf {
  fileprivate init(leaf: UInt32, subleaf: UInt32, _ fields: inout Fields) throws(TraceFault) {
    self.init(
      leaf: leaf, subleaf: subleaf, eax: try fields.hex("eax"), ebx: try fields.hex("ebx"),
      ecx: try fields.optionalHex("ecx"), edx: try fields.optionalHex("edx"))
  }
}

extension TraceHostLimits {
  fileprivate init(_ fields: inout Fields) throws(TraceFault) {
    self.init(
      gpCounters: try fields.count("gp_counters"), fixedCounters: try fields.count("fixed_counters"),
      gpWidth: try fields.count("gp_width", upTo: 64), fixedWidth: try fields.optionalCount("fixed_width", upTo: 64),
      archEvents: try fields.optionalCount("arch_events"))
  }
}

extension TraceOperation {
  fileprivate init(_ name: String, _ fields: inout Fields) throws(TraceFault) {
    switch name {
    case "wrmsr":
      self = .writeMSR(
        MSRNumber(try fields.hex("msr")), try fields.hex("value"), origin: try Self.origin(&fields),
        ok: try fields.bool("ok"))
    case "rdmsr":
      self = .readMSR(
        MSRNumber(try fields.hex("msr")), origin: try Self.origin(&fields), value: try Self.answer(&fields))
    case "rdpmc":
      self = .readPMC(
        RDPMCSelector(try fields.hex("ecx")), cpl: try fields.count("cpl", upTo: 3),
        cr4PCE: try fields.bool("cr4_pce"), value: try Self.answer(&fields))
    case "enter":
      self = .enter(pmi: try fields.bool("pmi"), hostEvents: try fields.optionalCount("host_events"))
    case "run":
      if let counts = try fields.optionalFields("counts") {
        self = .slice(try Self.sliceCounts(counts))
      } else {
        let event = TraceEvent(
          number: try fields.hex("select", upTo: 0xFFF), unitMask: try fields.hex("umask"))
        self = .run(event, ring: try fields.word("ring"), count: try fields.count("count"))
      }
    case "sched_in": self = .scheduledIn
    case "reset": self = .reset
    case "emulated":
      self = .emulated(
        selector: try fields.hex("event"), cpl: try fields.count("cpl", upTo: 3),
        count: try fields.optionalCount("count") ?? 1)
    case "filter":
      let filter = TraceFilter(
        action: try fields.word("action"), masked: try fields.bool("masked"),
        fixedBitmap: try fields.hex("fixed_bitmap"), entries: try fields.hexArray("events"))
      self = .filter(filter, ok: try fields.bool("ok"))
    case "host_busy": self = .hostBusy(count: try fields.count("count"))
    case "totals":
      self = .totals(
        TraceTotals(
          created: try fields.count("created"), reused: try fields.count("reused"),
          released: try fields.count("released"), live: try fields.count("live")))
    default: throw .unknownOperation(name)
    }
  }

  private static func origin(_ fields: inout Fields) throws(TraceFault) -> AccessOrigin {
    try fields.optionalBool("host_initiated") == true ? .host : .guest
  }

  /// A read's `ok` and `value`, which is there exactly if `ok` is true.
  private static func answer(_ fields: inout Fields) throws(TraceFault) -> UInt64? {
    try fields.bool("ok") ? try fields.hex("value") : nil
  }

  private static func sliceCounts(_ counts: Fields) throws(TraceFault) -> [TraceSliceCount] {
    var counts = counts
    var result: [TraceSliceCount] = []
    for name in counts.names {
      // A PMC index is decimal; 0x is taken too, as everywhere else.
      guard let index = Fields.hexadecimal(name) ?? UInt64(name), name.utf8.first != UInt8(ascii: "+") else {
        throw .notHexadecimal(field: "counts", found: name)
      }
      guard index < 64 else { throw .outOfRange(field: "counts", found: name, limit: "63") }
      let pmc = PMCIndex(rawValue: UInt32(index))
      guard !result.contains(where: { $0.pmc == pmc }) else { throw .unknownField(name, operation: "run") }
      result.append(TraceSliceCount(pmc: pmc, count: try counts.count(name)))
    }
    return result.sorted { $0.pmc.rawValue < $1.pmc.rawValue }
  }
}

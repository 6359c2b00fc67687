import VPMUModel

extension TraceConfiguration {
  /// The first line of a file, without a line feed.
  public var text: String {
    var line = JSONWriter()
    line.string("op", "configure")
    line.string("vendor", vendor)
    line.string("title", title)
    if let perfctrCore { line.bool("perfctr_core", perfctrCore) }
    for leaf in leaves {
      line.object(leaf.name) { registers in
        registers.hex("eax", leaf.eax)
        registers.hex("ebx", leaf.ebx)
        if let ecx = leaf.ecx { registers.hex("ecx", ecx) }
        if let edx = leaf.edx { registers.hex("edx", edx) }
      }
    }
    if let perfCapabilities { line.hex("perf_capabilities", perfCapabilities) }
    line.object("host") { limits in
      limits.count("gp_counters", host.gpCounters)
      limits.count("fixed_counters", host.fixedCounters)
      limits.count("gp_width", host.gpWidth)
      if let width = host.fixedWidth { limits.count("fixed_width", width) }
      if let events = host.archEvents { limits.count("arch_events", events) }
    }
    return line.finished
  }
}

extension TraceLeaf {
  /// `cpuid_` and eight digits; for a subleaf other than 0 a point and its digits.
  fileprivate var name: String {
    let digits = String(leaf, radix: 16)
    let name = "cpuid_" + String(repeating: "0", count: 8 - digits.count) + digits
    return subleaf == 0 ? name : name + "." + String(subleaf, radix: 16)
  }
}

extension TraceOperation {
  /// The operation's line, without a line feed.
  public var text: String {
    var line = JSONWriter()
    line.string("op", name)
    switch self {
    case .writeMSR(let msr, let value, let origin, let ok):
      line.hex("msr", msr.rawValue)
      line.hex("value", value)
      if origin == .host { line.bool("host_initiated", true) }
      line.bool("ok", ok)
    case .readMSR(let msr, let origin, let value):
      line.hex("msr", msr.rawValue)
      if origin == .host { line.bool("host_initiated", true) }
      Self.answer(value, &line)
    case .readPMC(let ecx, let cpl, let cr4PCE, let value):
      line.hex("ecx", ecx.rawValue)
      line.count("cpl", cpl)
      line.bool("cr4_pce", cr4PCE)
      Self.answer(value, &line)
    case .enter(let pmi, let hostEvents):
      line.bool("pmi", pmi)
      if let hostEvents { line.count("host_events", hostEvents) }
    case .run(let event, let ring, let count):
      line.hex("select", event.number)
      line.hex("umask", event.unitMask)
      line.string("ring", ring.rawValue)
      line.count("count", count)
    case .slice(let counts):
      line.object("counts") { object in
        for entry in counts { object.count(String(entry.pmc.rawValue), entry.count) }
      }
    case .scheduledIn, .reset: break
    case .emulated(let selector, let cpl, let count):
      line.hex("event", selector)
      line.count("cpl", cpl)
      if count != 1 { line.count("count", count) }
    case .filter(let filter, let ok):
      line.string("action", filter.action.rawValue)
      line.bool("masked", filter.masked)
      line.hex("fixed_bitmap", filter.fixedBitmap)
      line.hexArray("events", filter.entries)
      line.bool("ok", ok)
    case .hostBusy(let count): line.count("count", count)
    case .totals(let totals):
      line.count("created", totals.created)
      line.count("reused", totals.reused)
      line.count("released", totals.released)
      line.count("live", totals.live)
    }
    return line.finished
  }

  private static func answer(_ value: UInt64?, _ line: inout JSONWriter) {
    line.bool("ok", value != nil)
    if let value { line.hex("value", value) }
  }
}

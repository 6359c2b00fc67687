import CLibVPMU
import PerfEventHost
import SimulatedHost
import VPMUCore
import VPMUModel

/// Where the counts of a machine come from: `vpmu_host_kind` with its options.
enum HostChoice: Sendable {
  case perf(HostCapabilities, PerfEventOptions)
  case reported(HostLimits, ReportedEvents?)
  case callbacks(HostLimits, CallbackTable)

  init(_ options: vpmu_machine_options) throws(Failure) {
    switch vpmu_host_kind(rawValue: options.host) {
    case VPMU_HOST_PERF: self = try .perf(options.perf)
    case VPMU_HOST_REPORTED:
      guard let pointer = options.reported else {
        self = .reported(try HostLimits(vpmu_limits()), nil)
        return
      }
      guard let reported = Boundary.read(pointer, zero: vpmu_reported_options()) else {
        throw .argument("struct_size of vpmu_reported_options is not its size: use VPMU_INIT")
      }
      self = .reported(try HostLimits(reported.limits), try ReportedEvents(reported))
    case VPMU_HOST_CALLBACKS:
      guard let pointer = options.callbacks, let table = Boundary.read(pointer, zero: vpmu_host_callbacks()) else {
        throw .argument("callbacks of vpmu_machine_options is NULL, or its struct_size is not its size: use VPMU_INIT")
      }
      self = .callbacks(try HostLimits(table.limits), try CallbackTable(table))
    default:
      throw .argument("there is no kind of host \(options.host): use a vpmu_host_kind")
    }
  }

  /// Which host events there are, and why these.
  var description: String {
    switch self {
    case .perf(let capabilities, let options):
      options.source == capabilities.bestHost.source
        ? "perf events: \(capabilities.bestHostReason)" : "perf events: \(options.source)"
    case .reported: "counts that the embedder reports"
    case .callbacks: "counters of the embedder"
    }
  }

  /// Whether counts are of something else than the event, such as nanoseconds.
  var isStandIn: Bool {
    if case .perf(_, let options) = self { !options.source.countsTheEvent } else { false }
  }

  private static func perf(_ pointer: UnsafePointer<vpmu_perf_options>?) throws(Failure) -> HostChoice {
    var options = vpmu_perf_options()
    if let pointer {
      guard let read = Boundary.read(pointer, zero: options) else {
        throw .argument("struct_size of vpmu_perf_options is not its size: use VPMU_INIT")
      }
      options = read
    }
    guard options.flags & ~UInt32(VPMU_PERF_GUEST_ONLY | VPMU_PERF_ALLOW_RAW | VPMU_PERF_FIRST_FREE_SIGNAL) == 0
    else { throw .argument("flags of vpmu_perf_options has bits that this library does not know: set them to 0") }
    let capabilities = HostProbe.run()
    let source: EventSource
    switch vpmu_perf_source(rawValue: options.source) {
    case VPMU_PERF_BEST:
      guard let best = capabilities.bestHost.source else {
        throw Failure(VPMU_ERROR_NO_HOST_EVENTS, "\(capabilities.bestHostReason): vpmu doctor says what to change")
      }
      source = best
    case VPMU_PERF_HARDWARE: source = .hardware
    case VPMU_PERF_SOFTWARE: source = .softwareClock
    default: throw .argument("there is no source \(options.source): use a vpmu_perf_source")
    }
    var signal: OverflowSignal?
    do throws(OverflowSignalError) {
      if options.flags & UInt32(VPMU_PERF_FIRST_FREE_SIGNAL) != 0 {
        signal = try .installFirstFree()
      } else if options.signal != 0 {
        signal = try .install(options.signal)
      }
    } catch { throw Failure(error) }
    return .perf(
      capabilities,
      PerfEventOptions(
        source: source, scope: options.flags & UInt32(VPMU_PERF_GUEST_ONLY) != 0 ? .virtualMachine : .thread,
        allowsRaw: options.flags & UInt32(VPMU_PERF_ALLOW_RAW) != 0, signal: signal,
        minimumPeriod: options.minimum_period == 0 ? nil : max(2, options.minimum_period),
        interruptsPerSecond: options.interrupts_per_second == 0
          ? 25_000 : min(max(1, options.interrupts_per_second), 1_000_000)))
  }
}

/// The events that an embedder reports, with its notes.
struct ReportedEvents: Sendable {
  let events: [(select: UInt64, quality: vpmu_counting, note: String?)]

  /// - Returns: nil: all events are reported
  init?(_ options: vpmu_reported_options) throws(Failure) {
    guard let rows = Boundary.elements(options.events, options.event_count) else {
      throw .argument("events of vpmu_reported_options is NULL, and its count is not 0")
    }
    guard options.events != nil else { return nil }
    var events: [(select: UInt64, quality: vpmu_counting, note: String?)] = []
    for row in rows {
      let quality = row.counting == 0 ? VPMU_COUNTING_EXACT : vpmu_counting(rawValue: row.counting)
      guard [VPMU_COUNTING_EXACT, VPMU_COUNTING_APPROXIMATE, VPMU_COUNTING_STAND_IN].contains(quality) else {
        throw .argument("counting of an event is \(row.counting): use EXACT, APPROXIMATE or STAND_IN")
      }
      events.append((row.select, quality, Boundary.text(row.note)))
    }
    self.events = events
  }

  /// As the host needs them.
  ///
  /// - Parameter mask: ``ModelDeclaration/eventSelectMask``
  func codes(mask: UInt64) -> [ReportedEvent] {
    events.map {
      ReportedEvent(
        EventCode(selector: $0.select, mask: mask), quality: $0.quality == VPMU_COUNTING_EXACT ? .exact : .approximate)
    }
  }
}

extension HostLimits {
  /// With the header's defaults where a field is 0.
  init(_ limits: vpmu_limits) throws(Failure) {
    func number(_ value: UInt32) throws(Failure) -> UInt32 {
      if value == VPMU_NO_COUNTERS { return 0 }
      guard value <= 16 else { throw .argument("a number of counters in vpmu_limits is \(value): use 1 to 16") }
      return value == 0 ? 16 : value
    }
    func width(_ value: UInt32) throws(Failure) -> UInt32 {
      guard value <= 63 else { throw .argument("a width in vpmu_limits is \(value): use 1 to 63 bits") }
      return value == 0 ? 48 : value
    }
    guard limits.arch_events <= 32 else {
      throw .argument("arch_events in vpmu_limits is \(limits.arch_events): use 1 to 32")
    }
    self.init(
      gpCounters: try number(limits.gp_counters), fixedCounters: try number(limits.fixed_counters),
      gpWidth: try width(limits.gp_width), fixedWidth: try width(limits.fixed_width),
      archEvents: limits.arch_events == 0 ? 7 : limits.arch_events)
  }
}

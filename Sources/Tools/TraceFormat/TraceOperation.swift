import VPMUModel

/// What happens in one step, and the answer that it must give.
public enum TraceOperation: Sendable, Equatable {
  /// `wrmsr`: one write. `ok` false: #GP.
  case writeMSR(MSRNumber, UInt64, origin: AccessOrigin, ok: Bool)
  /// `rdmsr`: one read and what it gives; nil: #GP.
  case readMSR(MSRNumber, origin: AccessOrigin, value: UInt64?)
  /// `rdpmc`: RDPMC in protected mode and what it gives; nil: #GP. `cpl` is 0 to 3.
  case readPMC(RDPMCSelector, cpl: UInt8, cr4PCE: Bool, value: UInt64?)
  /// `enter`: right before the guest runs. `pmi`: a PMI is delivered now. `hostEvents`: live host events afterwards;
  /// nil: any number.
  case enter(pmi: Bool, hostEvents: UInt32?)
  /// `run`: the guest makes `count` occurrences of an event in one ring.
  case run(TraceEvent, ring: TraceRing, count: UInt64)
  /// `run` as recorded on a real host: what each counter's host event counted in the slice, lowest counter first.
  case slice([TraceSliceCount])
  /// `sched_in`: the vCPU starts a new time slice.
  case scheduledIn
  /// `reset`: RESET of the vCPU.
  case reset
  /// `emulated`: the VMM emulated `count` instructions that count as this event: event and unit mask as in an event
  /// select register.
  case emulated(selector: UInt64, cpl: UInt8, count: UInt32)
  /// `filter`: set the event filter. `ok` false: refused, the old one stays.
  case filter(TraceFilter, ok: Bool)
  /// `host_busy`: the host refuses to create its next `count` events.
  case hostBusy(count: UInt32)
  /// `totals`: host events so far.
  case totals(TraceTotals)

  /// The operation's name in a file.
  public var name: String {
    switch self {
    case .writeMSR: "wrmsr"
    case .readMSR: "rdmsr"
    case .readPMC: "rdpmc"
    case .enter: "enter"
    case .run, .slice: "run"
    case .scheduledIn: "sched_in"
    case .reset: "reset"
    case .emulated: "emulated"
    case .filter: "filter"
    case .hostBusy: "host_busy"
    case .totals: "totals"
    }
  }

  /// The names of all operations after `configure`.
  package static let names = [
    "wrmsr", "rdmsr", "rdpmc", "enter", "run", "sched_in", "reset", "emulated", "filter", "host_busy", "totals",
  ]
}

/// An event that the guest makes: its number, 0 to 0xFFF, and its unit mask.
public struct TraceEvent: Sendable, Equatable, BitwiseCopyable {
  public var number: UInt16
  public var unitMask: UInt8

  public init(number: UInt16, unitMask: UInt8) {
    self.number = number
    self.unitMask = unitMask
  }
}

/// Where an event happens.
public enum TraceRing: String, Sendable, CaseIterable, BitwiseCopyable {
  /// Ring 0.
  case kernel
  /// Rings 1 to 3.
  case user
}

/// What the host event of one counter counted.
public struct TraceSliceCount: Sendable, Equatable {
  public var pmc: PMCIndex
  public var count: UInt64

  public init(pmc: PMCIndex, count: UInt64) {
    self.pmc = pmc
    self.count = count
  }
}

/// An event filter as it is set, which may be one that must be refused.
public struct TraceFilter: Sendable, Equatable {
  public enum Action: String, Sendable, CaseIterable {
    case allow
    case deny
  }

  public var action: Action
  public var masked: Bool
  public var fixedBitmap: UInt64
  public var entries: [UInt64]

  public init(action: Action, masked: Bool, fixedBitmap: UInt64, entries: [UInt64]) {
    self.action = action
    self.masked = masked
    self.fixedBitmap = fixedBitmap
    self.entries = entries
  }
}

/// Host events since the trace began.
public struct TraceTotals: Sendable, Equatable, BitwiseCopyable {
  public var created: UInt64
  public var reused: UInt64
  public var released: UInt64
  public var live: UInt64

  public init(created: UInt64, reused: UInt64, released: UInt64, live: UInt64) {
    self.created = created
    self.reused = reused
    self.released = released
    self.live = live
  }
}

import Glibc
import PerfEventHost
import SimulatedHost
import VPMUCore
import VPMUModel

/// Where a bench gets its hosts from: a fresh one for each vPMU, with work that it counts.
public protocol BenchHost {
  associatedtype Events: HostEvents
  associatedtype Work: GuestWork

  /// In reports: `perf`, `perf-software` or `simulated`.
  var name: String { get }

  /// Its events are the kernel's: they cost system calls and signals.
  var isReal: Bool { get }

  /// How many times longer than usual the periods of events that take turns are: 1 where a handler's own time hardly
  /// shows in the counts.
  var pace: UInt64 { get }

  /// The same of an event that is alone on its counter; usually 1.
  var paceAlone: UInt64 { get }

  /// A host for a vPMU of this model.
  func makeHost(for declaration: ModelDeclaration) throws(BenchError) -> (events: Events, work: Work)

  /// What kept these events from interrupting as often as they were asked to, for the report.
  func hindrances(of events: Events) -> [String]
}

extension BenchHost {
  public var isReal: Bool { true }
  public var paceAlone: UInt64 { 1 }
  public func hindrances(of events: Events) -> [String] { [] }
}

extension BenchHost where Events == PerfEventHost {
  public func hindrances(of events: PerfEventHost) -> [String] {
    var found: [String] = []
    if events.throttlings != 0 { found.append("the kernel throttled events: they interrupted too often for it") }
    if events.options.watchesThrottling, !events.notificationsThrottling {
      found.append("throttling would not have been noticed: no ring buffer (kernel.perf_event_mlock_kb)")
    }
    if events.lostRecords != 0 { found.append("records of the kernel were lost, throttling may be among them") }
    if events.latePeriods != 0 { found.append("over the budget of interrupts: overflows came late") }
    return found
  }
}

/// The simulated host. Its counts are made up, its costs are nearly none.
public struct SimulatedBenchHost: BenchHost {
  public let name = "simulated"
  public let isReal = false
  public let pace: UInt64 = 1

  public init() {}

  public func makeHost(for declaration: ModelDeclaration) -> (events: SimulatedHost, work: SimulatedWork) {
    let host = SimulatedHost(limits: Self.limits)
    return (host, SimulatedWork(declaration, on: host))
  }

  package static let limits = HostLimits(gpCounters: 6, fixedCounters: 3, gpWidth: 48, fixedWidth: 48, archEvents: 7)
}

/// Events of perf_event_open(2) around real work.
public struct PerfBenchHost: BenchHost {
  public let name: String
  public let pace: UInt64

  private let events: PerfEvents
  private let work: RealWork

  /// - Throws: ``BenchError/noSignal``
  public init(_ capabilities: HostCapabilities, source: EventSource) throws(BenchError) {
    events = try PerfEvents(capabilities, source: source, scope: .thread)
    name = events.name
    // The software clock goes on in the kernel, while the handler's accesses are emulated, and has a shortest period of
    // 100 µs. With short periods several counters would overflow at once, and some pass their overflow unseen.
    pace = source.countsTheEvent ? 2 : 12
    work = RealWork()
  }

  public func makeHost(
    for declaration: ModelDeclaration
  ) throws(BenchError) -> (events: PerfEventHost, work: RealWork) { (try events.make(), work) }
}

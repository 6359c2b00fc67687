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

  /// How many times longer than usual the periods of events that take turns are: 1 where a handler's own time hardly
  /// shows in the counts.
  var pace: UInt64 { get }

  /// A host for a vPMU of this model.
  func makeHost(for declaration: ModelDeclaration) throws(BenchError) -> (events: Events, work: Work)
}

/// The simulated host. Its counts are made up, its costs are nearly none.
public struct SimulatedBenchHost: BenchHost {
  public let name = "simulated"
  public let pace: UInt64 = 1

  public init() {}

  public func makeHost(for declaration: ModelDeclaration) -> (events: SimulatedHost, work: SimulatedWork) {
    let host = SimulatedHost(
      limits: HostLimits(gpCounters: 6, fixedCounters: 3, gpWidth: 48, fixedWidth: 48, archEvents: 7))
    return (host, SimulatedWork(declaration, on: host))
  }
}

/// Events of perf_event_open(2) around real work.
public struct PerfBenchHost: BenchHost {
  public let name: String
  public let pace: UInt64

  private let capabilities: HostCapabilities
  private let options: PerfEventOptions
  private let signal: OverflowSignal
  private let work: RealWork

  /// - Throws: ``BenchError/noSignal``
  public init(_ capabilities: HostCapabilities, source: EventSource) throws(BenchError) {
    self.capabilities = capabilities
    name = source.countsTheEvent ? "perf" : "perf-software"
    // The software clock goes on in the kernel, while the handler's accesses are emulated, and has a shortest period of
    // 100 µs. With short periods several counters would overflow at once, and some pass their overflow unseen.
    pace = source.countsTheEvent ? 2 : 12
    signal = try Self.installSignal()
    options = PerfEventOptions(source: source, signal: signal)
    work = RealWork()
  }

  /// A host of the calling thread, which from now on does not block the signal of overflow notices: threads of a pool may
  /// have blocked it.
  public func makeHost(
    for declaration: ModelDeclaration
  ) throws(BenchError) -> (events: PerfEventHost, work: RealWork) {
    if signal.isBlockedHere { Self.unblock(signal) }
    do throws(PerfEventHostError) {
      return (try PerfEventHost(capabilities, options: options), work)
    } catch { throw .host(reason: "\(error)") }
  }

  /// pthread_sigmask(3)
  private static func unblock(_ signal: OverflowSignal) {
    var set = sigset_t()
    sigemptyset(&set)
    sigaddset(&set, signal.number)
    // Sent in place of a notice that the kernel can't queue.
    sigaddset(&set, SIGIO)
    pthread_sigmask(SIG_UNBLOCK, &set, nil)
  }

  /// The first real-time signal that is free; it stays installed.
  private static func installSignal() throws(BenchError) -> OverflowSignal {
    for number in OverflowSignal.range {
      if let signal = try? OverflowSignal.install(number) { return signal }
    }
    throw .noSignal
  }
}

import KVMPMU
import PerfEventHost
import SimulatedHost
import VPMUBench
import VPMUCore
import VPMUModel

/// Events of perf_event_open(2) that count a guest behind /dev/kvm.
public struct PerfKVMBenchHost: BenchHost {
  public let name: String
  public let pace: UInt64
  public let paceAlone: UInt64
  private let events: PerfEvents

  /// - Parameter counting: how KVM runs here
  /// - Throws: ``BenchError/noSignal``
  public init(
    _ capabilities: HostCapabilities, source: EventSource, counting: GuestCounting
  ) throws(BenchError) {
    events = try PerfEvents(
      capabilities, source: source, scope: counting == .native ? .virtualMachine : .nestedVirtualMachine)
    name = events.name
    // The software clock goes on while KVM and this process work for the guest: longer than the guest works itself, if
    // its ring 0 is emulated.
    pace = source.countsTheEvent ? 4 : 5
    paceAlone = source.countsTheEvent ? 1 : 5
  }

  public func makeHost(
    for declaration: ModelDeclaration
  ) throws(BenchError) -> (events: PerfEventHost, work: CountedLoops) { (try events.make(), CountedLoops()) }
}

/// The simulated host, which is given the events of the guest's loops.
public struct SimulatedKVMBenchHost: BenchHost {
  public let name = "simulated"
  public let isReal = false
  public let pace: UInt64 = 4

  public init() {}

  public func makeHost(for declaration: ModelDeclaration) -> (events: SimulatedHost, work: ReportedLoops) {
    let host = SimulatedHost(limits: SimulatedBenchHost.limits)
    return (host, ReportedLoops(declaration, on: host))
  }
}

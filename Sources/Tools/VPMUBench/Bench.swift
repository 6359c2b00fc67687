/// The bench: how much a guest's use of its PMU costs, by usage, policy and model.
///
/// A guest's perf driver (`GuestPerf`) runs on a virtual CPU of one of two kinds. One is played by this thread: slices
/// of work of a few microseconds are guest mode, each access is an exit followed by an entry, and between slices the
/// loop looks whether notifications came. The other one is that of a `BenchMachine`: `VPMUBenchKVM` has one behind
/// /dev/kvm.
///
/// Nothing here is `@inlinable`: what is public takes models as plugins, and is specialised for them in this module.
/// Tests run the generic forms with other models, which are slower.
///
/// | file | idea |
/// |---|---|
/// | `BenchHost`, `PerfEvents`, `HostSelection` | where events come from |
/// | `GuestWork`, `RealWork`, `SimulatedWork` | what the guest does meanwhile |
/// | `Calibration`, `Candidates`, `UsagePlan` | which events count here, how fast, and so with which periods |
/// | `Schedule`, `BenchCPU`, `ThreadCPU`, `Round`, `RoundTally` | so many PMIs of one usage under one policy |
/// | `BenchMachine`, `KVMCosts` | where else guests run, and what a hypervisor is asked there |
/// | `Scale` | many vCPUs in one process |
/// | `Boundary` | what a callback over the plugin boundary costs |
/// | `MeasuredHost`, `HostOperations`, `HostEffort`, `BenchPMU`, `CreationCauses` | host operations and their causes |
/// | `BenchProgress`, `BenchResult`, `BenchTable`, `BenchJSON` | reports |
/// | `ReplayBench` | nanoseconds per operation of a trace |
import GuestPerf
import VPMUCore
import VPMULoader
import VPMUModel

public struct Bench: Sendable {
  public let options: BenchOptions

  public init(_ options: BenchOptions = BenchOptions()) { self.options = options }

  /// Measures each usage and policy on each guest, by turns, on the calling thread, which plays the guests' virtual
  /// CPUs.
  ///
  /// - Parameters:
  ///   - reason: why this host, and why threads, for the report
  ///   - progress: called now and then
  /// - Throws: ``BenchError``
  public func run(
    _ guests: [BenchGuest<PluginModel>], on host: ChosenHost, reason: String,
    progress: (BenchProgress) -> Void = { _ in }
  ) throws(BenchError) -> BenchReport {
    // Of known types here, so that what is timed is specialised for them.
    switch host {
    case .perf(let capabilities, let source):
      try run(guests, on: try PerfBenchHost(capabilities, source: source), reason: reason, progress: progress)
    case .simulated: try run(guests, on: SimulatedBenchHost(), reason: reason, progress: progress)
    }
  }

  /// The same, of any model, on any host and machine.
  ///
  /// - Parameters:
  ///   - kind: what the guest runs on; of a machine, the host is one that counts it there
  ///   - reason: why this host and guest, for the report
  package func run<Model: PMUModel, Host: BenchHost>(
    _ guests: [BenchGuest<Model>], on host: Host, in kind: GuestKind = .thread, reason: String,
    progress: (BenchProgress) -> Void = { _ in }
  ) throws(BenchError) -> BenchReport {
    var plans: [UsagePlan] = []
    var schedule = Schedule(options, host: host.name, isReal: host.isReal, kind)
    for (place, guest) in guests.enumerated() {
      let plan = try Calibration(guest, host, kind).plan()
      plans.append(plan)
      schedule.add(guest: place, vendor: guest.model.declaration.name, model: guest.preset.name, plan)
    }
    for line in schedule.introduction { progress(.note(line)) }
    while let turn = schedule.next() {
      progress(turn.progress)
      let round = Round(
        guests[turn.guest], host, kind, plans[turn.guest], turn.usage, wanted: turn.wanted, timing: turn.timing,
        longest: turn.longest)
      do {
        schedule.note(try turn.policy.accept(round), turn)
      } catch let error as BenchError { throw error } catch let error as VPMUError { throw .vpmu(error) } catch {
        throw .host(reason: "\(error)")
      }
    }
    return schedule.report(reason: reason)
  }
}

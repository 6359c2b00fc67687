/// The bench: how much a guest's use of its PMU costs, by usage, policy and model.
///
/// A guest's perf driver (`GuestPerf`) runs on a virtual CPU that this thread plays: slices of work of a few microseconds
/// are guest mode, each access is an exit followed by an entry, and between slices the loop looks whether notices came.
///
/// | file | idea |
/// |---|---|
/// | `BenchHost`, `HostSelection` | where events come from |
/// | `GuestWork`, `RealWork`, `SimulatedWork` | what the guest does meanwhile |
/// | `Calibration`, `Candidates`, `UsagePlan` | which events count here, how fast, and so with which periods |
/// | `VCPU`, `Round`, `RoundTally` | so many PMIs of one usage under one policy |
/// | `MeasuredHost`, `HostOperations`, `CreationCauses` | what that asked of the host, and why |
/// | `BenchProgress`, `BenchResult`, `BenchTable`, `BenchJSON` | reports |
/// | `ReplayBench` | nanoseconds per operation of a trace |
import GuestPerf
import VPMUCore
import VPMUModel

public struct Bench: Sendable {
  public let options: BenchOptions

  public init(_ options: BenchOptions = BenchOptions()) { self.options = options }

  /// Measures each usage and policy on each guest, by turns, on the calling thread.
  ///
  /// - Parameter progress: called now and then
  /// - Throws: ``BenchError``
  @inlinable
  public func run<Model: PMUModel>(
    _ guests: [BenchGuest<Model>], progress: (BenchProgress) -> Void = { _ in }
  ) throws(BenchError) -> BenchReport {
    let (host, reason) = try ChosenHost.choose(options.host)
    progress(.note(reason))
    return switch host {
    case .perf(let host): try run(guests, on: host, reason: reason, progress: progress)
    case .simulated(let host): try run(guests, on: host, reason: reason, progress: progress)
    }
  }

  /// The same, on a host of the caller's choice.
  ///
  /// - Parameter reason: why this host, for the report
  @inlinable
  public func run<Model: PMUModel, Host: BenchHost>(
    _ guests: [BenchGuest<Model>], on host: Host, reason: String, progress: (BenchProgress) -> Void = { _ in }
  ) throws(BenchError) -> BenchReport {
    var plans: [UsagePlan] = []
    var schedule = Schedule(options, host: host.name)
    for (place, guest) in guests.enumerated() {
      let plan = try Calibration(guest, host).plan()
      plans.append(plan)
      schedule.add(guest: place, vendor: guest.model.declaration.name, model: guest.preset.name, plan)
    }
    for line in schedule.introduction { progress(.note(line)) }
    while let turn = schedule.next() {
      progress(turn.progress)
      let round = Round(
        guests[turn.guest], host, plans[turn.guest], turn.usage, wanted: turn.wanted, timing: turn.timing,
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

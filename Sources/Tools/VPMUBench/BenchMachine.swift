import VPMUCore
import VPMUModel

/// What the guests of a bench run on.
public enum GuestKind: Sendable {
  /// A virtual CPU that the calling thread plays.
  case thread
  /// A virtual CPU of a machine, such as one behind /dev/kvm.
  case machine(any BenchMachine)

  /// In reports.
  public var name: String {
    switch self {
    case .thread: "thread"
    case .machine(let machine): machine.name
    }
  }
}

/// A machine that makes virtual CPUs for a bench's guests.
public protocol BenchMachine: Sendable {
  /// In reports: `kvm`.
  var name: String { get }

  /// A virtual CPU with this PMU.
  ///
  /// - Parameter plan: what was found before; nil: the guest finds its registers and compares its clock with the host's
  func makeCPU<Model: PMUModel, Base: HostEvents, Policy: EventPolicy, Work: GuestWork>(
    _ guest: BenchGuest<Model>, _ pmu: BenchPMU<Model, Base, Policy>, _ work: Work, plan: UsagePlan?
  ) throws(BenchError) -> MachineCPU
}

/// A virtual CPU of a ``BenchMachine``.
public struct MachineCPU {
  package var cpu: any BenchCPU

  package init(_ cpu: some BenchCPU) { self.cpu = cpu }
}

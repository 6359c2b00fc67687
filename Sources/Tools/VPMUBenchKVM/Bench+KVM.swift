/// The bench in guests behind /dev/kvm.
///
/// | file | idea |
/// |---|---|
/// | `GuestSelection`, `KVMMachine` | which kind of guest, and how it is run behind /dev/kvm |
/// | `KVMCPU`, `GuestLoops` | the virtual CPU, and its work: the built-in guest program of `KVMGuest` |
/// | `KVMBenchHosts` | hosts whose events count a guest there |
import VPMUBench
import VPMULoader

extension Bench {
  /// Measures each usage and policy on each guest, by turns, on the calling thread, which runs the guests behind
  /// /dev/kvm.
  ///
  /// - Parameters:
  ///   - host: where events come from; it is asked for events that count a guest there
  ///   - reason: why this host and machine, for the report
  ///   - progress: called now and then
  /// - Throws: ``BenchError``
  public func run(
    _ guests: [BenchGuest<PluginModel>], in machine: KVMMachine, on host: ChosenHost, reason: String,
    progress: (BenchProgress) -> Void = { _ in }
  ) throws(BenchError) -> BenchReport {
    switch host {
    case .perf(let capabilities, let source):
      let host = try PerfKVMBenchHost(capabilities, source: source, counting: machine.counting)
      return try run(guests, on: host, in: .machine(machine), reason: reason, progress: progress)
    case .simulated:
      return try run(guests, on: SimulatedKVMBenchHost(), in: .machine(machine), reason: reason, progress: progress)
    }
  }
}

import Glibc
import GuestPerf
import PerfEventHost
import VPMUCore
import VPMULoader
import VPMUModel

/// Many virtual CPUs in one process: threads as far as there are processors, and vCPUs that take turns on them beyond
/// that.
///
/// | step | what is looked at |
/// |---|---|
/// | all are made | heap and descriptors of vPMUs that do nothing |
/// | each programs a counter | descriptors in use |
/// | each stops, and time slices pass | descriptors that are left |
/// | all threads make accesses on vCPUs of their own | time of one, which must not grow with the number of vCPUs |
public struct ScaleBench: Sendable {
  public static var mostVCPUs: Int { 4096 }

  let guest: BenchGuest<PluginModel>
  let vcpus: Int

  /// - Parameter vcpus: 1 to ``mostVCPUs``
  public init(_ guest: BenchGuest<PluginModel>, vcpus: Int) {
    self.guest = guest
    self.vcpus = max(1, min(vcpus, Self.mostVCPUs))
  }

  /// - Throws: ``BenchError``
  public func run(_ selection: HostSelection, _ policy: PolicyKind) throws(BenchError) -> ScaleResult {
    switch try ChosenHost.choose(selection).host {
    case .simulated: return try run(policy) { () throws(BenchError) in SimulatedBenchHost() }
    case .perf(let capabilities, let source):
      return try run(policy) { () throws(BenchError) in try PerfBenchHost(capabilities, source: source) }
    }
  }

  func run<Host: BenchHost & SendableMetatype>(
    _ policy: PolicyKind, _ host: @escaping @Sendable () throws(BenchError) -> Host
  ) throws(BenchError) -> ScaleResult {
    do { return try policy.accept(ScaleRun(guest: guest, vcpus: vcpus, host: host)) } catch {
      throw error as? BenchError ?? .host(reason: "\(error)")
    }
  }
}

struct ScaleRun<Host: BenchHost & SendableMetatype>: PolicyKind.Visitor, Sendable {
  let guest: BenchGuest<PluginModel>
  let vcpus: Int
  /// Makes a host of a thread.
  let host: @Sendable () throws(BenchError) -> Host

  init(guest: BenchGuest<PluginModel>, vcpus: Int, host: @escaping @Sendable () throws(BenchError) -> Host) {
    self.guest = guest
    self.vcpus = vcpus
    self.host = host
  }

  func visit<Policy: EventPolicy>(_ policy: Policy) throws -> ScaleResult {
    var (crew, host) = (ScaleGroup<Host, Policy>(), try host())
    let processors = max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
    // The first one of a process makes what all share.
    try crew.add(1, guest, host, policy)
    crew.clear()
    crew.reserve(vcpus)
    let start = try ProcessUsage()
    try crew.add(vcpus, guest, host, policy)
    let idle = try ProcessUsage()
    try crew.program()
    let used = try ProcessUsage()
    try crew.stop()
    let after = try ProcessUsage()
    crew = ScaleGroup()
    let threads = min(vcpus, processors)
    let samples = try measure(policy, threads).summary
    return ScaleResult(
      vcpus: vcpus, threads: threads, host: host.name, policy: Policy.name,
      idleBytes: (idle.heapBytes - start.heapBytes) / vcpus, idleDescriptors: idle.descriptors - start.descriptors,
      usedDescriptors: used.descriptors - start.descriptors, descriptorsAfter: after.descriptors - start.descriptors,
      accessTime: samples.median, bestAccessTime: samples.minimum)
  }

  func measure<Policy: EventPolicy>(_ policy: Policy, _ threads: Int) throws -> Samples {
    var running: [VCPUThread.Running<Swift.Result<Samples, BenchError>>] = []
    for thread in 0..<threads {
      let share = vcpus / threads + (thread < vcpus % threads ? 1 : 0)
      running.append(
        try VCPUThread.start { [self] () -> Swift.Result<Samples, BenchError> in
          do {
            var crew = ScaleGroup<Host, Policy>()
            try crew.add(share, guest, try host(), policy)
            return .success(try crew.timeAccesses())
          } catch { return .failure(error as? BenchError ?? .host(reason: "\(error)")) }
        })
    }
    var samples = Samples(capacity: threads * ScaleGroup<Host, Policy>.rounds)
    for thread in running { samples.add(try thread.wait().get()) }
    return samples
  }
}

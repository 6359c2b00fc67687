import Benchmark
import VPMUCore
import VPMUModel

/// What a guest's accesses cost, with each vendor's model behind its plugin, by policy. Each sample is a thousand of
/// what its name says.
let benchmarks: @Sendable () -> Void = {
  Benchmark.defaultConfiguration = Benchmark.Configuration(
    metrics: [.instructions, .wallClock], warmupIterations: 3, scalingFactor: .kilo, maxDuration: .milliseconds(500))
  for model in ["intel-v2", "amd-v2"] {
    accesses(model, Reuse())
    for kind in PolicyKind.allCases {
      // A visitor can't fail here: a model that is not there shows in `accesses` first.
      try? kind.accept(Switching(model: model))
    }
  }
}

private func accesses(_ model: String, _ policy: some EventPolicy) {
  measure("\(model): write a counter", model, policy) { guest, number in
    _ = try guest.vpmu.writeMSR(guest.counter, UInt64(number))
  }
  measure("\(model): write an event select", model, policy) { guest, number in
    _ = try guest.vpmu.writeMSR(guest.select, UInt64(number & 0xFF))
  }
  measure("\(model): read a counter", model, policy) { guest, _ in blackHole(try guest.vpmu.readMSR(guest.counter)) }
  measure("\(model): RDPMC", model, policy) { guest, _ in
    blackHole(try guest.vpmu.readPMC(RDPMCSelector(0), cpl: 0, cr4PCE: false))
  }
  measure("\(model): enter, nothing to do", model, policy) { guest, _ in blackHole(try guest.vpmu.enter()) }
}

private struct Switching: PolicyKind.Visitor {
  let model: String

  func visit<Policy: EventPolicy>(_ policy: Policy) {
    measure("\(model), \(Policy.name): pause and resume", model, policy) { guest, _ in try guest.pauseAndResume() }
    measure("\(model), \(Policy.name): another event", model, policy) { guest, number in try guest.rotate(number) }
  }
}

private func measure<Policy: EventPolicy>(
  _ name: String, _ model: String, _ policy: Policy, _ body: @escaping (Guest<Policy>, Int) throws -> Void
) {
  Benchmark(name) { benchmark in
    let guest = try Guest(model, policy)
    try guest.start()
    benchmark.startMeasurement()
    for number in benchmark.scaledIterations { try body(guest, number) }
    benchmark.stopMeasurement()
  }
}

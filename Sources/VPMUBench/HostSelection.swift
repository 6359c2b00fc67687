import PerfEventHost

/// Which host to measure on.
public enum HostSelection: String, Sendable, CaseIterable {
  /// The best there is: hardware events, else the software clock in their place, else simulated.
  case best
  /// Events of perf_event_open(2), or none.
  case perf
  case simulated
}

/// The host that a bench measures on, and why.
public enum ChosenHost {
  case perf(PerfBenchHost)
  case simulated(SimulatedBenchHost)

  /// Looks at this machine, and takes what `selection` asks for.
  ///
  /// - Returns: the host, and one sentence for people: which and why
  /// - Throws: ``BenchError/noHostEvents(advice:)``, ``BenchError/noSignal``
  public static func choose(_ selection: HostSelection) throws(BenchError) -> (host: ChosenHost, reason: String) {
    if selection == .simulated { return (.simulated(SimulatedBenchHost()), "simulated host, as asked for") }
    let capabilities = HostProbe.run()
    guard let source = capabilities.bestHost.source else {
      guard selection == .best else { throw .noHostEvents(advice: capabilities.bestHostReason) }
      return (.simulated(SimulatedBenchHost()), "simulated host: \(capabilities.bestHostReason)")
    }
    return (.perf(try PerfBenchHost(capabilities, source: source)), "perf events: \(capabilities.bestHostReason)")
  }
}

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
  case perf(HostCapabilities, EventSource)
  case simulated

  /// Its events are of the processor, which counts a guest behind /dev/kvm too.
  package var countsGuests: Bool { if case .perf(_, let source) = self { source.countsTheEvent } else { false } }

  package var isSoftwareClock: Bool { if case .perf(_, let source) = self { !source.countsTheEvent } else { false } }

  /// Looks at this machine, and takes what `selection` asks for.
  ///
  /// - Returns: the host, and one sentence for people: which and why
  /// - Throws: ``BenchError/noHostEvents(advice:)``
  public static func choose(_ selection: HostSelection) throws(BenchError) -> (host: ChosenHost, reason: String) {
    if selection == .simulated { return (.simulated, "simulated host, as asked for") }
    let capabilities = HostProbe.run()
    guard let source = capabilities.bestHost.source else {
      guard selection == .best else { throw .noHostEvents(advice: capabilities.bestHostReason) }
      return (.simulated, "simulated host: \(capabilities.bestHostReason)")
    }
    return (.perf(capabilities, source), "perf events: \(capabilities.bestHostReason)")
  }
}

import PerfEventHost

/// Makes hosts of perf_event_open(2), whose overflow notifications come by one signal.
package struct PerfEvents {
  /// In reports: `perf` or `perf-software`.
  package let name: String
  private let capabilities: HostCapabilities
  private let options: PerfEventOptions
  private let signal: OverflowSignal

  /// - Throws: ``BenchError/noSignal``
  package init(_ capabilities: HostCapabilities, source: EventSource, scope: GuestScope) throws(BenchError) {
    self.capabilities = capabilities
    name = source.countsTheEvent ? "perf" : "perf-software"
    signal = try Self.installSignal()
    options = PerfEventOptions(source: source, scope: scope, signal: signal)
  }

  /// A host of the calling thread, which from now on does not block the signal of overflow notifications: threads of a
  /// pool may have blocked it.
  package func make() throws(BenchError) -> PerfEventHost {
    signal.unblockHere()
    do throws(PerfEventHostError) { return try PerfEventHost(capabilities, options: options) } catch {
      throw .host(reason: "\(error)")
    }
  }

  /// The first real-time signal that is free; it stays installed.
  private static func installSignal() throws(BenchError) -> OverflowSignal {
    for number in OverflowSignal.range {
      if let signal = try? OverflowSignal.install(number) { return signal }
    }
    throw .noSignal
  }
}

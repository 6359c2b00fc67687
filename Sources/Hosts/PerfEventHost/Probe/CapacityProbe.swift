import CLinux
import VPMUModel

/// How many events count side by side. CPUID and the kernel may say more than is true: a surplus event opens, is
/// enabled, says that it runs, and stays at 0.
enum CapacityProbe {
  /// No processor of x86 has more general-purpose counters for one kind of event.
  static let most = 16

  /// General counters, and the events that have a counter of their own besides.
  static func run(during work: KnownWork) -> (general: Int, fixed: GenericEventSet) {
    // Branches have no counter of their own anywhere; instructions, where there are no branch events, may have one.
    let branches = run(.generic(.branches), during: work)
    return branches.general > 0 ? branches : run(.instructions, during: work)
  }

  private static func run(_ event: KernelEvent, during work: KnownWork) -> (general: Int, fixed: GenericEventSet) {
    var events: [EventDescriptor] = []
    var counts: [UInt64] = []
    defer { for event in events { event.close() } }

    /// One more event; if then not all count, it is closed again.
    func add(_ event: KernelEvent) -> Bool {
      guard let descriptor = try? HostProbe.open(event) else { return false }
      events.append(descriptor)
      counts.append(0)
      if (try? descriptor.enable()) != nil {
        work.run(rounds: 200)
        if allCount(events, &counts) { return true }
      }
      descriptor.close()
      events.removeLast()
      counts.removeLast()
      return false
    }

    while events.count < most, add(event) {}
    let general = events.count
    var fixed = GenericEventSet()
    guard general > 0 else { return (0, fixed) }
    for event in CounterBudget.fixedCandidates.events where add(.generic(event)) {
      fixed.insert(GenericEventSet(event))
    }
    return (general, fixed)
  }

  /// Whether each event has gone on since the last time.
  private static func allCount(_ events: [EventDescriptor], _ counts: inout [UInt64]) -> Bool {
    for (place, event) in events.enumerated() {
      guard let reading = try? event.read(), reading.value > counts[place], reading.running == reading.enabled else {
        return false
      }
      counts[place] = reading.value
    }
    return true
  }
}

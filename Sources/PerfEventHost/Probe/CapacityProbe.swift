import CLinux
import VPMUModel

/// How many events count side by side. CPUID and the kernel may say more than is true: a surplus event opens, is
/// enabled, says that it runs, and stays at 0.
enum CapacityProbe {
  /// No processor of x86 has more general-purpose counters for one kind of event.
  static let most = 16

  /// Instruction events, one more each round, until one of them does not count.
  static func run(during work: KnownWork) -> Int {
    var events: [EventDescriptor] = []
    defer { for event in events { event.close() } }
    var counts: [UInt64] = []
    while events.count < most {
      guard let event = try? HostProbe.open(.instructions) else { break }
      events.append(event)
      counts.append(0)
      guard (try? event.enable()) != nil else { return events.count - 1 }
      work.run(rounds: 200)
      guard allCount(events, &counts) else { return events.count - 1 }
    }
    return events.count
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

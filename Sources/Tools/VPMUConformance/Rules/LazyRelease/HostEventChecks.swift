import VPMUCore
import VPMUModel

/// The core keeps host events, by the values that a model stores and the bits that it sets.
extension LazyReleaseRules {
  static func resetReleasesAll(_ subject: Subject) throws(Finding) {
    let code = try subject.eventCodes[0]
    for counter in try subject.counters(.any) {
      let guest = try counter.guest("a counter is set up, overflows, and RESET comes")
      try guest.set(counter, ahead: 10)
      try guest.start(counter, code, interrupts: counter.canInterrupt)
      try guest.run(counter, code, count: 10)
      let action: EntryAction
      let live: (before: UInt64, after: UInt64)
      do {
        try guest.vpmu.reset()
        live.before = guest.vpmu.statistics.live
        action = try guest.vpmu.enter()
        live.after = guest.vpmu.statistics.live
      } catch {
        throw .violated("\(error)", model: counter.preset.name)
      }
      if action == .run && live == (0, 0) { continue }
      throw .violatedAfterTrace(
        "after RESET at the end of the trace: expected no PMI and no host event, got "
          + (action == .run ? "no PMI" : "a PMI") + ", \(live.before) host events, and \(live.after) after enter",
        model: counter.preset.name, trace: guest.trace)
    }
  }

  /// A guest whose counter was stopped a time slice ago and still has its host event.
  private static func stopped(_ counter: GuestCounter, _ title: String) throws(Finding) -> TracedGuest {
    let code = try counter.subject.eventCodes[0]
    let guest = try counter.guest(title)
    try guest.start(counter, code)
    try guest.enter()
    try guest.stop(counter, code)
    try guest.enter()
    try guest.scheduledIn()
    try guest.enter()
    return guest
  }

  static func releasesUnused(_ subject: Subject) throws(Finding) {
    for counter in try subject.counters(.any) {
      let guest = try stopped(counter, "a counter unused for a time slice gives its host event back")
      try guest.scheduledIn()
      try guest.enter(hostEvents: 0, because: "\(counter.pmc) is stopped and was unused for a whole time slice")
    }
  }

  static func keepsAccessed(_ subject: Subject) throws(Finding) {
    let code = try subject.eventCodes[0]
    for counter in try subject.counters(.any) {
      let shape = try counter.guest("")
      for touch in touches(counter, code, shape.registers) {
        let guest = try stopped(counter, "a counter touched in the time slice keeps its host event")
        try guest.write(touch.msr, touch.value)
        try guest.enter()
        try guest.scheduledIn()
        try guest.enter(hostEvents: 1, because: "\(counter.pmc) was marked as in use by the write to \(touch.msr)")
      }
    }
  }

  /// Writes that mark a stopped counter as in use and leave it stopped. A full-width register marks none where an
  /// earlier range has the same counter.
  private static func touches(
    _ counter: GuestCounter, _ code: UInt64, _ registers: GuestRegisters
  ) -> [(msr: MSRNumber, value: UInt64)] {
    let values = registers.values(of: counter.pmc)
    let names = values.enumerated().filter { $0.offset == 0 || !$0.element.traits.contains(.fullWidth) }
    let writes = names.map { ($0.element.msr, UInt64(1)) }
    guard counter.pmc.isFixed else {
      return writes + registers.all(.eventSelect, of: counter.pmc).map { ($0.msr, code) }
    }
    guard counter.canInterrupt else { return writes }
    let shift = UInt64(4 * counter.pmc.number)
    return writes + [(counter.control.msr, counter.field(code, [], interrupts: true) << shift)]
  }

  static func keepsEnabled(_ subject: Subject) throws(Finding) {
    let code = try subject.eventCodes[0]
    for counter in try subject.counters(.any) {
      let guest = try counter.guest("an enabled counter keeps its host event")
      try guest.start(counter, code)
      try guest.enter()
      for _ in 0..<3 {
        try guest.scheduledIn()
        try guest.enter(hostEvents: 1, because: "\(counter.pmc) is enabled")
      }
      try guest.run(counter, code, count: 5)
      try guest.read(counter, gives: 5, because: "it is enabled")
    }
  }

  static func reuses(_ subject: Subject) throws(Finding) {
    let code = try subject.eventCodes[0]
    for counter in try subject.counters(.any) {
      let guest = try counter.guest("a counter started again without a change reuses its host event")
      for round: UInt64 in 0..<3 {
        try guest.start(counter, code)
        try guest.enter()
        try guest.totals(created: 1, reused: round, because: "\(counter.pmc) was started as before")
        try guest.stop(counter, code)
        try guest.enter()
      }
    }
  }
}

import VPMUModel

/// Several overflows, and none.
extension PMIRules {
  static func canBeArmedAgain(_ subject: Subject) throws(Finding) {
    let code = try subject.eventCodes[0]
    for counter in try subject.counters(.any, interrupting: true) {
      let guest = try counter.guest("a counter overflows again once it is armed again")
      for _ in 0..<2 {
        // A model may freeze all counters with a PMI.
        try guest.enableGlobally(guest.state.all_valid)
        try guest.set(counter, ahead: 10)
        try guest.start(counter, code, interrupts: true)
        try guest.run(counter, code, count: 10)
        try guest.enter(pmi: true, because: "\(counter.pmc) overflowed")
        try clearStatus(counter, guest)
        // Fewer events than make a narrow counter overflow again.
        try guest.run(counter, code, count: min(5, counter.mask))
        try guest.enter(because: "\(counter.pmc) has not overflowed since its PMI")
        try expectClear(counter, guest)
        try guest.stop(counter, code)
        try guest.enter()
      }
    }
  }

  private static func clearStatus(_ counter: GuestCounter, _ guest: TracedGuest) throws(Finding) {
    guard let clear = guest.registers.first(.globalStatusClear) else { return }
    try guest.write(clear.msr, counter.pmc.bit)
    try expectClear(counter, guest)
  }

  private static func expectClear(_ counter: GuestCounter, _ guest: TracedGuest) throws(Finding) {
    guard let status = guest.registers.first(.globalStatus), guest.registers.first(.globalStatusClear) != nil else {
      return
    }
    let value = try guest.observe(status.msr)
    if value & counter.pmc.bit != 0 {
      try guest.read(status.msr, gives: value & ~counter.pmc.bit, because: "the bit of \(counter.pmc) was cleared")
    }
  }

  static func overflowTogether(_ subject: Subject) throws(Finding) {
    var isJudged = false
    for preset in try subject.presets {
      let counters = try subject.counters(.any, of: preset).filter(\.canInterrupt)
      for (first, second) in pairs(counters) {
        isJudged = true
        try overflowTogether(first, second)
      }
    }
    if !isJudged { throw .notApplicable("no preset has two counters that can count the same event and interrupt") }
  }

  /// Counters that can be made to count the same event: each general-purpose one with the next, each fixed one with the
  /// first of them.
  private static func pairs(_ counters: [GuestCounter]) -> [(GuestCounter, GuestCounter)] {
    let gp = counters.filter { !$0.pmc.isFixed }
    let neighbours = zip(gp, gp.dropFirst()).map { ($0, $1) }
    return neighbours + gp.prefix(1).flatMap { first in counters.filter(\.pmc.isFixed).map { (first, $0) } }
  }

  private static func overflowTogether(_ first: GuestCounter, _ second: GuestCounter) throws(Finding) {
    let code = second.pmc.isFixed ? second.fixedEvent : try first.subject.eventCodes[0]
    guard let ring = first.rings.first(where: second.rings.contains) else { return }
    let guest = try first.guest("two counters overflow together")
    for counter in [first, second] {
      try guest.set(counter, ahead: 10)
      try guest.start(counter, code, interrupts: true)
    }
    try guest.run(code, ring: ring, count: 10)
    let reason = "\(first.pmc) and \(second.pmc) overflowed"
    if let status = guest.registers.first(.globalStatus) {
      let both = first.pmc.bit | second.pmc.bit
      let value = try guest.observe(status.msr)
      if value & both != both { try guest.read(status.msr, gives: value | both, because: reason) }
    }
    try guest.enter(pmi: true, because: reason)
    try guest.enter(because: "the one PMI was delivered")
  }

  static func disabledDoesNotOverflow(_ subject: Subject) throws(Finding) {
    let code = try subject.eventCodes[0]
    var isJudged = false
    for counter in try subject.counters(.any, interrupting: true) {
      let guest = try counter.guest("a globally disabled counter does not overflow")
      guard guest.registers.first(.globalControl) != nil else { continue }
      isJudged = true
      let distance = min(10, counter.mask)
      try guest.set(counter, ahead: distance)
      try guest.start(counter, code, interrupts: true)
      if distance > 1 { try guest.run(counter, code, count: distance - 1) }
      try guest.enableGlobally(guest.state.all_valid & ~counter.pmc.bit)
      try guest.run(counter, code, count: 10)
      try guest.enter(because: "\(counter.pmc) was globally disabled one event before its overflow")
      try guest.read(counter, gives: counter.mask, because: "it was globally disabled")
      try guest.enableGlobally(guest.state.all_valid)
      try guest.run(counter, code, count: 1)
      try guest.enter(pmi: true, because: "it was enabled again, and one more event occurred")
    }
    if !isJudged { throw .notApplicable("no preset has a global control register") }
  }
}

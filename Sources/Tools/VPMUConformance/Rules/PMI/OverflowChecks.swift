import VPMUModel

/// One overflow of one counter.
extension PMIRules {
  /// A guest whose counter has just overflowed; no answer has shown it yet.
  private static func overflow(
    _ counter: GuestCounter, _ title: String, interrupts: Bool
  ) throws(Finding) -> TracedGuest {
    let code = try counter.subject.eventCodes[0]
    let guest = try counter.guest(title)
    try guest.set(counter, ahead: 10)
    try guest.start(counter, code, interrupts: interrupts)
    try guest.run(counter, code, count: 10)
    return guest
  }

  static func setsItsStatusBit(_ subject: Subject) throws(Finding) {
    var hasStatus = false
    for counter in try subject.counters(.any) {
      let fresh = try counter.guest("")
      guard let status = fresh.registers.first(.globalStatus) else { continue }
      hasStatus = true
      let before = try fresh.observe(status.msr)
      let guest = try overflow(counter, "an overflow sets its status bit", interrupts: false)
      try guest.read(status.msr, gives: before | counter.pmc.bit, because: "\(counter.pmc) overflowed")
    }
    if !hasStatus { throw .notApplicable("no preset has a global status register") }
  }

  static func raisesOnePMI(_ subject: Subject) throws(Finding) {
    for counter in try subject.counters(.any, interrupting: true) {
      let guest = try overflow(counter, "an overflow raises one PMI", interrupts: true)
      try guest.enter(pmi: true, because: "\(counter.pmc) overflowed")
      try guest.enter(because: "the one PMI of \(counter.pmc) was delivered")
      try guest.enter(because: "the one PMI of \(counter.pmc) was delivered")
    }
  }

  static func statusShowsOverflow(_ subject: Subject) throws(Finding) {
    for counter in try subject.counters(.any, interrupting: true) {
      let guest = try overflow(counter, "the PMI's handler reads the status and the counter", interrupts: true)
      try guest.enter(pmi: true)
      try guest.read(counter, gives: 0, because: "it has just overflowed")
      guard let status = guest.registers.first(.globalStatus) else { continue }
      let value = try guest.observe(status.msr)
      if value & counter.pmc.bit == 0 {
        try guest.read(status.msr, gives: value | counter.pmc.bit, because: "a PMI of \(counter.pmc) was delivered")
      }
    }
  }

  static func raisesNoPMI(_ subject: Subject) throws(Finding) {
    for counter in try subject.counters(.any) {
      let guest = try overflow(counter, "without the interrupt bit there is no PMI", interrupts: false)
      try guest.enter(because: "the interrupt bit of \(counter.pmc) is clear")
    }
  }

  static func overflowsInTime(_ subject: Subject) throws(Finding) {
    let code = try subject.eventCodes[0]
    for counter in try subject.counters(.any, interrupting: true) {
      for distance: UInt64 in [1, 2, 1000] where distance <= counter.mask {
        let guest = try counter.guest("an overflow comes in time")
        try guest.set(counter, ahead: distance)
        try guest.start(counter, code, interrupts: true)
        if distance > 1 { try guest.run(counter, code, count: distance - 1) }
        try guest.enter(because: "\(counter.pmc) is one event before its overflow")
        try guest.run(counter, code, count: 1)
        try guest.enter(pmi: true, because: "\(distance) events have occurred")
      }
    }
  }
}

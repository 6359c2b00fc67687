import VPMUModel

/// The values of counters.
extension CountingRules {
  static func continuesFromWrittenValue(_ subject: Subject) throws(Finding) {
    let code = try subject.eventCodes[0]
    for counter in try subject.counters(.any) {
      let guest = try counter.guest("a counter continues from the written value")
      try guest.set(counter, 0x1234)
      try guest.start(counter, code)
      try guest.run(counter, code, count: 5)
      try guest.stop(counter, code)
      try guest.enter()
      try guest.read(counter, gives: 0x1239, because: "5 after 0x1234")
      try guest.set(counter, 0x100)
      try guest.start(counter, code)
      try guest.run(counter, code, count: 3)
      try guest.read(counter, gives: 0x103, because: "written again while it was disabled")
    }
  }

  static func wraps(_ subject: Subject) throws(Finding) {
    let code = try subject.eventCodes[0]
    for counter in try subject.counters(.any) {
      let guest = try counter.guest("a counter wraps at its width")
      try guest.set(counter, ahead: 3)
      try guest.start(counter, code)
      try guest.run(counter, code, count: 2)
      try guest.read(counter, gives: counter.mask, because: "the greatest value of its width")
      try guest.run(counter, code, count: 3)
      try guest.read(counter, gives: 2, because: "it wrapped, and continued by 2")
    }
  }

  static func countsEmulatedInstructions(_ subject: Subject) throws(Finding) {
    let code = try subject.eventCodes[0]
    for counter in try subject.counters(.any) {
      let selector = counter.pmc.isFixed ? counter.fixedEvent : code
      for ring in counter.rings {
        let guest = try counter.guest("emulated instructions count")
        try guest.start(counter, code, rings: [ring])
        try guest.enter()
        try guest.emulated(selector, cpl: ring == .kernel ? 0 : 3, count: 3)
        try guest.emulated(selector, cpl: ring == .kernel ? 3 : 0, count: 5)
        try guest.read(counter, gives: 3, because: "3 were emulated in its ring, 5 in another")
        try guest.enter()
        try guest.read(counter, gives: 3, because: "entering the guest keeps them")
      }
    }
  }
}

import VPMUModel

/// Global control, and several counters at a time.
extension CountingRules {
  static func followsGlobalControl(_ subject: Subject) throws(Finding) {
    let code = try subject.eventCodes[0]
    var hasGlobalControl = false
    for counter in try subject.counters(.any) {
      let guest = try TracedGuest(subject, counter.preset, "global control gates each counter")
      guard guest.registers.first(.globalControl) != nil else { continue }
      hasGlobalControl = true
      var expected: UInt64 = guest.state.global_control & counter.pmc.bit == 0 ? 0 : 3
      try guest.start(counter, code)
      try guest.run(counter, code, count: 3)
      try guest.read(counter, gives: expected, because: "the value of global control after RESET")
      try guest.enableGlobally(guest.state.all_valid)
      try guest.run(counter, code, count: 5)
      expected += 5
      try guest.read(counter, gives: expected, because: "its bit of global control is set")
      try guest.enableGlobally(guest.state.all_valid & ~counter.pmc.bit)
      try guest.run(counter, code, count: 7)
      try guest.read(counter, gives: expected, because: "its bit of global control is clear, all others are set")
      try guest.enableGlobally(counter.pmc.bit)
      try guest.run(counter, code, count: 11)
      try guest.read(counter, gives: expected + 11, because: "its bit of global control alone is set")
    }
    if !hasGlobalControl { throw .notApplicable("no preset has a global control register") }
  }

  static func countIndependently(_ subject: Subject) throws(Finding) {
    let codes = try subject.eventCodes
    for preset in try subject.presets {
      let counters = try subject.counters(.generalPurpose, of: preset)
      for first in counters {
        for second in counters where second.pmc != first.pmc {
          try countIndependently(first, codes[0], second, codes.count > 1 ? codes[1] : codes[0])
        }
      }
    }
    for preset in try subject.presets where try subject.counters(.generalPurpose, of: preset).count > 1 { return }
    throw .notApplicable("no preset has two general-purpose counters")
  }

  private static func countIndependently(
    _ first: GuestCounter, _ firstCode: UInt64, _ second: GuestCounter, _ secondCode: UInt64
  ) throws(Finding) {
    let guest = try first.guest("two counters count independently")
    let common: UInt64 = firstCode == secondCode ? 1 : 0
    try guest.start(first, firstCode)
    try guest.run(first, firstCode, count: 2)
    try guest.start(second, secondCode)
    try guest.run(first, firstCode, count: 3)
    try guest.run(second, secondCode, count: 7)
    try guest.read(first, gives: 5 + 7 * common, because: "\(second.pmc) was started meanwhile")
    try guest.read(second, gives: 7 + 3 * common, because: "\(first.pmc) ran already")
    try guest.stop(first, firstCode)
    try guest.run(second, secondCode, count: 11)
    try guest.read(first, gives: 5 + 7 * common, because: "it was stopped")
    try guest.read(second, gives: 18 + 3 * common, because: "\(first.pmc) was stopped meanwhile")
  }
}

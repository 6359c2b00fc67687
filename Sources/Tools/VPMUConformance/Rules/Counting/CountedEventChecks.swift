import CVPMU
import VPMUModel
import VPMUTrace

/// Which event, in which rings, while enabled.
extension CountingRules {
  static func countsItsEvent(_ subject: Subject) throws(Finding) {
    let codes = try subject.eventCodes
    for counter in try subject.counters(.generalPurpose) {
      for code in codes {
        let guest = try counter.guest("a general-purpose counter counts its event")
        try guest.start(counter, code)
        try guest.run(counter, code, count: 5)
        try guest.read(counter, gives: 5, because: "its event happened 5 times")
        guard let other = codes.first(where: { $0 != code }) else { continue }
        try guest.run(other, ring: counter.rings[0], count: 7)
        try guest.read(counter, gives: 5, because: "another event happened")
      }
    }
  }

  static func standsStill(_ subject: Subject) throws(Finding) {
    let code = try subject.eventCodes[0]
    for counter in try subject.counters(.generalPurpose) {
      let guest = try counter.guest("a counter stands still once its enable bit is clear")
      let disabled = counter.field(code, counter.rings, interrupts: false) & ~VPMU_SELECT_ENABLE
      try guest.write(counter.control.msr, disabled)
      try guest.run(counter, code, count: 3)
      try guest.read(counter, gives: 0, because: "it was never enabled")
      try guest.start(counter, code)
      try guest.run(counter, code, count: 5)
      try guest.write(counter.control.msr, disabled)
      try guest.run(counter, code, count: 7)
      try guest.read(counter, gives: 5, because: "it was stopped after 5")
    }
  }

  static func countsInItsRings(_ subject: Subject) throws(Finding) {
    let code = try subject.eventCodes[0]
    for counter in try subject.counters(.generalPurpose) { try countsInItsRings(counter, code) }
  }

  private static func countsInItsRings(_ counter: GuestCounter, _ code: UInt64) throws(Finding) {
    let single = counter.rings.map { [$0] }
    for rings in single + [counter.rings] {
      let guest = try counter.guest("a counter counts in the rings whose bits are set")
      try guest.start(counter, code, rings: rings)
      try guest.run(counter, code, ring: .user, count: 3)
      try guest.run(counter, code, ring: .kernel, count: 5)
      let count: UInt64 = (rings.contains(.user) ? 3 : 0) + (rings.contains(.kernel) ? 5 : 0)
      try guest.read(
        counter, gives: count,
        because:
          "3 in user rings and 5 in ring 0, of which it counts \(rings.map(\.rawValue).joined(separator: " and "))")
    }
  }

  static func fixedCountsItsEvent(_ subject: Subject) throws(Finding) {
    for counter in try subject.counters(.fixed) {
      let guest = try counter.guest("a fixed counter counts its event")
      try guest.start(counter, 0)
      try guest.run(counter, 0, count: 5)
      try guest.read(counter, gives: 5, because: "the event that find_fixed_event names happened 5 times")
      let declared = try subject.eventCodes
      guard let other = declared.first(where: { $0 != counter.fixedEvent }) else { continue }
      try guest.run(other, ring: counter.rings[0], count: 7)
      try guest.read(counter, gives: 5, because: "another event happened")
    }
  }

  static func fixedObeysItsControl(_ subject: Subject) throws(Finding) {
    for counter in try subject.counters(.fixed) {
      try countsInItsRings(counter, 0)
      let guest = try counter.guest("a fixed counter stands still once its control bits are clear")
      try guest.start(counter, 0)
      try guest.run(counter, 0, count: 5)
      try guest.stop(counter, 0)
      try guest.run(counter, 0, count: 7)
      try guest.read(counter, gives: 5, because: "it was stopped after 5")
    }
  }
}

import CVPMU
import VPMUModel
import VPMUTrace

/// The event and the rings that an enabled counter counts.
extension CountingRules {
  static func countsItsEvent(_ subject: Subject) throws(Finding) {
    let codes = try subject.eventCodes
    for counter in try subject.counters(.generalPurpose) {
      for code in codes {
        let guest = try counter.guest("a general-purpose counter counts its event")
        try guest.start(counter, code)
        try guest.run(counter, code, count: 5)
        let count: UInt64 = try guest.canCount(counter, code) ? 5 : 0
        let reason = count > 0 ? "its event occurred 5 times" : "its row says that another counter counts it"
        try guest.read(counter, gives: count, because: reason)
        guard let other = codes.first(where: { $0 != code }) else { continue }
        try guest.run(other, ring: counter.rings[0], count: 7)
        try guest.read(counter, gives: count, because: "another event occurred")
      }
    }
  }

  static func disabledDoesNotCount(_ subject: Subject) throws(Finding) {
    let code = try subject.eventCodes[0]
    for counter in try subject.counters(.generalPurpose) {
      let guest = try counter.guest("a counter whose enable bit is cleared does not count")
      let disabled = counter.field(code, counter.rings, interrupts: false) & ~VPMU_SELECT_ENABLE
      if let sharedEnable = counter.sharedEnable, sharedEnable != counter.control {
        try followsSharedEnable(counter, sharedEnable, code, guest)
        continue
      }
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

  private static func followsSharedEnable(
    _ counter: GuestCounter, _ sharedEnable: GuestRegister, _ code: UInt64, _ guest: TracedGuest
  ) throws(Finding) {
    try guest.write(sharedEnable.msr, 0)
    try guest.start(counter, code)
    try guest.run(counter, code, count: 3)
    try guest.read(counter, gives: 0, because: "its own enable bit means nothing, the shared one is clear")
    try guest.write(sharedEnable.msr, VPMU_SELECT_ENABLE)
    try guest.run(counter, code, count: 5)
    try guest.write(sharedEnable.msr, 0)
    try guest.run(counter, code, count: 7)
    try guest.read(counter, gives: 5, because: "it was stopped after 5, by the shared enable bit")
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
      try guest.read(counter, gives: 5, because: "the event that find_fixed_event names occurred 5 times")
      let declared = try subject.eventCodes
      guard let other = declared.first(where: { $0 != counter.fixedEvent }) else { continue }
      try guest.run(other, ring: counter.rings[0], count: 7)
      try guest.read(counter, gives: 5, because: "another event occurred")
    }
  }

  static func fixedFollowsControl(_ subject: Subject) throws(Finding) {
    for counter in try subject.counters(.fixed) {
      try countsInItsRings(counter, 0)
      let guest = try counter.guest("a fixed counter whose control bits are cleared does not count")
      try guest.start(counter, 0)
      try guest.run(counter, 0, count: 5)
      try guest.stop(counter, 0)
      try guest.run(counter, 0, count: 7)
      try guest.read(counter, gives: 5, because: "it was stopped after 5")
    }
  }
}

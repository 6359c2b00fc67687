import VPMUCore
import VPMUModel
import VPMUTrace

/// What a perf driver in a guest does with a counter, by the registers' roles.
extension TracedGuest {
  /// Sets the global control register, if the guest has one.
  func enableGlobally(_ counters: UInt64) throws(Finding) {
    if let control = registers.first(.globalControl) { try write(control.msr, counters) }
  }

  /// Lets a counter count from where it stands. A fixed one counts its own event, whatever `code` is.
  ///
  /// - Parameter rings: nil: all that it can count in
  func start(
    _ counter: GuestCounter, _ code: UInt64, rings: [TraceRing]? = nil, interrupts: Bool = false
  ) throws(Finding) {
    try program(counter, counter.field(code, rings ?? counter.rings, interrupts: interrupts))
  }

  /// Stops a counter, with a general-purpose one's event left as it is.
  func stop(_ counter: GuestCounter, _ code: UInt64) throws(Finding) {
    try program(counter, counter.pmc.isFixed ? 0 : code)
  }

  private func program(_ counter: GuestCounter, _ field: UInt64) throws(Finding) {
    guard counter.pmc.isFixed else { return try write(counter.control.msr, field) }
    let shift = UInt64(4 * counter.pmc.number)
    try write(counter.control.msr, state.fixed_control & ~(0xF << shift) | field << shift)
  }

  /// Writes a value below 2^31.
  func set(_ counter: GuestCounter, _ value: UInt64) throws(Finding) {
    try write(counter.value.msr, value & counter.mask)
  }

  /// Writes the value from which an overflow is `events` away: 1 to 2^31.
  func set(_ counter: GuestCounter, ahead events: UInt64) throws(Finding) {
    let value = 0 &- events
    let isShort = counter.value.traits.contains(.signExtends)
    try write(counter.value.msr, isShort ? value & 0xFFFF_FFFF : value & counter.mask)
  }

  func read(_ counter: GuestCounter, gives value: UInt64, because reason: String) throws(Finding) {
    try read(counter.value.msr, gives: value & counter.mask, because: "\(counter.pmc): \(reason)")
  }

  /// Makes occurrences of the event that the counter counts when it was started with `code`.
  func run(_ counter: GuestCounter, _ code: UInt64, ring: TraceRing? = nil, count: UInt64) throws(Finding) {
    try run(counter.pmc.isFixed ? counter.fixedEvent : code, ring: ring ?? counter.rings[0], count: count)
  }

  /// Makes occurrences of an event as it stands in an event select.
  func run(_ selector: UInt64, ring: TraceRing, count: UInt64) throws(Finding) {
    try run(EventCode(selector: selector, mask: declaration.eventSelectMask), ring: ring, count: count)
  }
}

import CVPMU
import VPMUCore
import VPMUModel
import VPMUTrace

/// A guest's counters, programmed by the registers' roles, as a guest's perf driver does.
extension TracedGuest {
  /// Sets the global control register, if the guest has one.
  func enableGlobally(_ counters: UInt64) throws(Finding) {
    if let control = registers.first(.globalControl) { try write(control.msr, counters) }
  }

  /// Enables a counter at its current value. A fixed one counts its own event, whatever `code` is.
  ///
  /// - Parameter rings: nil: all that its control has a bit for
  func start(
    _ counter: GuestCounter, _ code: UInt64, rings: [TraceRing]? = nil, interrupts: Bool = false
  ) throws(Finding) {
    try program(counter, counter.field(code, rings ?? counter.rings, interrupts: interrupts))
  }

  /// Disables a counter; a general-purpose one keeps its event. One that shares its enable bit is left without rings.
  func stop(_ counter: GuestCounter, _ code: UInt64) throws(Finding) {
    let select = counter.sharedEnable == nil ? code : code | VPMU_SELECT_ENABLE
    try program(counter, counter.pmc.isFixed ? 0 : select)
  }

  /// Whether the model's events say that this counter can count what `code` names.
  func canCount(_ counter: GuestCounter, _ code: UInt64) throws(Finding) -> Bool {
    try counter.subject.model._findArchEvent(code, vpmu.liveState.view).canBeCounted(on: counter.pmc)
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

  /// Writes the value at which an overflow is `events` away: 1 to 2^31.
  func set(_ counter: GuestCounter, ahead events: UInt64) throws(Finding) {
    let value = 0 &- events
    let isShort = counter.value.traits.contains(.signExtends)
    try write(counter.value.msr, isShort ? value & 0xFFFF_FFFF : value & counter.mask)
  }

  func read(_ counter: GuestCounter, gives value: UInt64, because reason: String) throws(Finding) {
    try read(counter.value.msr, gives: value & counter.mask, because: "\(counter.pmc): \(reason)")
  }

  /// Makes the event occur that the counter counts when it was started with `code`.
  func run(_ counter: GuestCounter, _ code: UInt64, ring: TraceRing? = nil, count: UInt64) throws(Finding) {
    try run(counter.pmc.isFixed ? counter.fixedEvent : code, ring: ring ?? counter.rings[0], count: count)
  }

  /// Makes an event occur that is given as in an event select.
  func run(_ selector: UInt64, ring: TraceRing, count: UInt64) throws(Finding) {
    try run(EventCode(selector: selector, mask: declaration.eventSelectMask), ring: ring, count: count)
  }
}

import CVPMU
import VPMUModel

/// One counter in a pass: stop, judge, restart or create.
///
/// What every pass does for every counter is inlined by order: left to the compiler's budget, it depends on what else a
/// caller happens to do, and makes up a sixth of the time of an access.
extension VirtualPMU {
  @inlinable @inline(__always)
  func reprogram(_ pmc: PMCIndex) {
    let slot = slot(pmc)
    let wasRefused = state.pointee.retry & pmc.bit != 0
    if wasRefused {
      state.pointee.retry &= ~pmc.bit
      slot.pointee.refusal = nil
    }

    if Policy.pausesSoftly { book.pointee.polled &= ~pmc.bit }
    let emulationWrapped = fold(pmc, Policy.stop(&slot.pointee, on: events))
    // Also if the counter was stopped since: what wrapped, wrapped while it counted.
    if emulationWrapped { overflowed(pmc) }
    guard isCounting(pmc) else { return }

    let wish = wish(for: pmc)
    // Emulated counts overflow with or without a host event.
    state.pointee.interrupts =
      wish.interrupts ? state.pointee.interrupts | pmc.bit : state.pointee.interrupts & ~pmc.bit
    if !Policy.restart(&slot.pointee, wish, on: events) { useAnotherEvent(pmc, wish, wasRefused: wasRefused) }
    if Policy.pausesSoftly { pollIfNeeded(pmc) }
  }

  /// The counter's own event does not do: one of another counter's may, else one is made.
  @inlinable @inline(never)
  func useAnotherEvent(_ pmc: PMCIndex, _ wish: CounterWish, wasRefused: Bool) {
    let slot = slot(pmc)
    if Policy.pausesSoftly, findRoom(for: wish), Policy.restart(&slot.pointee, wish, on: events) { return }
    replaceEvent(of: pmc, wish)
    if wasRefused && slot.pointee.event != nil { statisticsPointer.pointee.retried &+= 1 }
  }

  @inlinable @inline(__always)
  func wish(for pmc: PMCIndex) -> CounterWish {
    let configuration = pmc.isFixed ? state.fixedControl(pmc.number) : counter(pmc).pointee.selector
    let interrupts = configuration & (pmc.isFixed ? VPMU_FIXED_INTERRUPT : VPMU_SELECT_INTERRUPT) != 0
    return CounterWish(
      pmc: pmc, configuration: configuration, period: Self.period(to: counter(pmc).pointee.base, widthMask(pmc)),
      interrupts: interrupts,
      isAboutToChange: interrupts && state.pointee.pmi_pending != 0 && slot(pmc).pointee.overflowIsLatched)
  }

  /// Adds what the host event counted, then the emulated counts, to the counter's base.
  ///
  /// A host event that reached its period has overflowed, with or without a notification: the signal may be late, and a host may
  /// not be able to set so short a period.
  ///
  /// - Returns: whether the *emulated* counts made it wrap.
  @discardableResult
  @inlinable @inline(__always)
  func fold(_ pmc: PMCIndex, _ counted: UInt64) -> Bool {
    let counter = self.counter(pmc)
    let emulated = counter.pointee.emulated
    // Most counters that a change of the global control register marks were not counting.
    guard counted | emulated != 0 else { return false }
    let slot = slot(pmc)
    if counted >= slot.pointee.alarm, !slot.pointee.overflowIsLatched {
      overflowed(pmc)
      slot.pointee.overflowIsLatched = true
    }
    let mask = widthMask(pmc)
    let value = (counter.pointee.base &+ counted) & mask
    counter.pointee.base = (value &+ emulated) & mask
    counter.pointee.emulated = 0
    return emulated > mask &- value
  }

  /// The counter's event was stopped for another reason than a change: what it and the emulator counted is folded, and an
  /// overflow among it is one.
  @inlinable
  func settle(_ pmc: PMCIndex, _ counted: UInt64) {
    if fold(pmc, counted) { overflowed(pmc) }
    book.pointee.revisit |= pmc.bit
  }

  /// Gives the paused event back, if there is one, and makes the one that the guest asks for.
  @inlinable
  func replaceEvent(of pmc: PMCIndex, _ wish: CounterWish) {
    let slot = slot(pmc)
    _ = events.release(&slot.pointee)
    let period = Policy.firstPeriod(&slot.pointee, wish)
    let request = request(for: pmc, configuration: wish.configuration, period: period)
    do {
      slot.pointee.hold(try create(request), quality: host.quality(of: request))
      slot.pointee.configuration = wish.configuration
      slot.pointee.start(at: 0, period: wish.period)
    } catch {
      // Tried again when something else asks for a pass: a host that stays busy must not keep the guest from running.
      state.pointee.retry |= pmc.bit
      slot.pointee.refusal = error
    }
  }

  /// Makes an event. A host that has no counter or descriptor left is asked again, once, when those that no counter counts by have
  /// been given back.
  @inlinable
  func create(_ request: EventRequest) throws(HostRefusal) -> Host.Event {
    do { return try events.create(request) } catch {
      guard Policy.pausesSoftly, makeRoom(error) else { throw error }
      return try events.create(request)
    }
  }

  /// What the guest asks of the host for this counter.
  @inlinable
  func request(for pmc: PMCIndex, configuration: UInt64, period: UInt64) -> EventRequest {
    let event: ModelEvent
    let selector: UInt64
    var rings: Rings = []
    let interrupts: Bool
    if pmc.isFixed {
      event = model.findFixedEvent(pmc.number, state)
      selector = event.select
      if configuration & VPMU_FIXED_USER != 0 { rings.insert(.user) }
      if configuration & VPMU_FIXED_OS != 0 { rings.insert(.kernel) }
      interrupts = configuration & VPMU_FIXED_INTERRUPT != 0
    } else {
      event = model.findArchEvent(configuration, state)
      selector = configuration
      if configuration & VPMU_SELECT_USER != 0 { rings.insert(.user) }
      if configuration & VPMU_SELECT_OS != 0 { rings.insert(.kernel) }
      interrupts = configuration & VPMU_SELECT_INTERRUPT != 0
    }
    if event.isMisnumbered { note(.event(select: event.select)) }
    // A generic event counts occurrences. Edges, inverted or thresholded counts are something else.
    let isPlain = selector & (VPMU_SELECT_EDGE | VPMU_SELECT_INVERT | VPMU_SELECT_COUNTER_MASK) == 0
    return EventRequest(
      pmc: pmc, selector: selector, code: EventCode(selector: selector, mask: eventSelectMask),
      generic: isPlain ? event.generic : nil, quality: isPlain ? event.quality : .none, rings: rings, period: period,
      interrupts: interrupts)
  }
}

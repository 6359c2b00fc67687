import VPMUModel

/// What is there for policies that let events run on (``EventPolicy/pausesSoftly``).
extension VirtualPMU {
  /// A counter is looked at: whether it has overflowed, and that was not known yet.
  ///
  /// - Parameter hasNotification: false: it is one of those that are looked at without, or all are
  @inlinable
  func hasOverflowed(_ pmc: PMCIndex, hasNotification: Bool) -> Bool {
    let slot = slot(pmc)
    // It interrupted for nothing, and shall not do so again.
    if slot.pointee.isPaused {
      events.suspend(&slot.pointee)
      return false
    }
    guard let event = slot.pointee.event else { return false }
    // The pass will look: what the guest changed is judged by the count that it is stopped with. It sets the alarm, too.
    guard state.pointee.reprogram & pmc.bit == 0 else {
      if hasNotification { slot.pointee.clock = AlarmClock() }
      return false
    }
    let count = host.read(event)
    slot.pointee.seen = count
    let isSpent = hasNotification || count >= slot.pointee.clock.due
    if isSpent { slot.pointee.clock.rang(at: count) }
    if count &- slot.pointee.origin >= slot.pointee.alarm {
      guard !slot.pointee.overflowIsLatched else { return false }
      // The pass that follows, before the guest runs again, need not look once more.
      slot.pointee.isFresh = true
      return true
    }
    // Early.
    if isSpent { book.pointee.rearm |= pmc.bit }
    return false
  }

  /// A running counter is about to be written: whether it had overflowed before, which nobody had noticed, and was folded.
  @inlinable
  func overtaken(_ pmc: PMCIndex, at count: UInt64) -> Bool {
    let slot = slot(pmc)
    let counted = count &- slot.pointee.origin
    guard counted >= slot.pointee.alarm, !slot.pointee.overflowIsLatched else { return false }
    guard Policy.pausesSoftly else {
      // Its count begins at 0 with the event or the last pause, so it can't be folded while it runs.
      slot.pointee.overflowIsLatched = true
      overflowed(pmc)
      return false
    }
    fold(pmc, counted)
    slot.pointee.origin = count
    return true
  }

  /// The guest runs before the next pass: what was seen of a count since the last one is old by then.
  @inlinable
  func forgetLooks() {
    for pmc in PMCSet(book.pointee.revisit & valid) { slot(pmc).pointee.isFresh = false }
  }

  @inlinable
  func rearm() {
    let marked = book.pointee.rearm & valid
    book.pointee.rearm = 0
    for pmc in PMCSet(marked) {
      Policy.rearm(&slot(pmc).pointee, on: events)
      book.pointee.polled &= ~pmc.bit
      pollIfNeeded(pmc)
    }
  }

  /// A counter that goes on is looked at from now on, if no notification tells of its overflow.
  @inlinable
  func pollIfNeeded(_ pmc: PMCIndex) {
    if slot(pmc).pointee.isPolled, slot(pmc).pointee.running != nil { book.pointee.polled |= pmc.bit }
  }

  /// No counter has an event any more: what was parked goes too.
  @inlinable
  func forgetEvents() {
    events.emptyPool()
    book.pointee.polled = 0
    book.pointee.rearm = 0
  }

  /// Another counter that does not count may hold the event that is wanted; and a host whose counters are all taken may have some that
  /// nobody counts by.
  ///
  /// - Returns: whether it is worth another try
  @inlinable
  func findRoom(for wish: CounterWish) -> Bool {
    if slot(wish.pmc).pointee.event != nil { return suspendStopped() }
    // What a fixed counter counts, no other can.
    guard !wish.pmc.isFixed else { return false }
    let key = EventKey(wish.configuration, of: wish.pmc)
    for other in PMCSet(valid & ~wish.pmc.bit) {
      let slot = slot(other)
      guard slot.pointee.event != nil, slot.pointee.isPaused, EventKey(slot.pointee.configuration, of: other) == key,
        !isCounting(other) || EventKey(self.wish(for: other).configuration, of: other) != key
      else { continue }
      events.park(&slot.pointee, other)
      return true
    }
    return false
  }

  /// Disables the events of counters that do not count.
  ///
  /// - Returns: whether there were any
  @inlinable @discardableResult
  func suspendStopped() -> Bool {
    var found = false
    for pmc in PMCSet(valid) where slot(pmc).pointee.event != nil && slot(pmc).pointee.isPaused {
      if !slot(pmc).pointee.isSuspended { found = true }
      events.suspend(&slot(pmc).pointee)
    }
    return found
  }

  /// Gives back what no counter counts by, for a host that has no more to give.
  ///
  /// - Returns: whether it is worth another try
  @inlinable
  func makeRoom(_ refusal: HostRefusal) -> Bool {
    switch refusal {
    case .capacity:
      // Places of the host's table are what parked events take.
      let suspended = suspendStopped()
      return events.emptyPool() || suspended
    case .outOfDescriptors: return events.emptyPool()
    case .busy, .errorState: return suspendStopped()
    default: return false
    }
  }
}

import VPMUModel

/// Events between counters.
extension EventAccounting {
  /// Disables the slot's paused event, if it still runs.
  @inlinable
  func suspend(_ slot: inout CounterSlot<Host.Event>) {
    guard let event = slot.event, slot.isPaused, !slot.isSuspended else { return }
    host.disable(event)
    slot.isSuspended = true
  }

  /// Parks the slot's paused event, if there is one.
  @inlinable
  func park(_ slot: inout CounterSlot<Host.Event>, _ pmc: PMCIndex) {
    guard let event = slot.event else { return }
    suspend(&slot)
    if let retired = pool.pointee.park(event, EventKey(slot.configuration, of: pmc), slot.clock, slot.quality) {
      release(retired)
    }
    slot.letGo()
  }

  /// Gives the slot a parked event that counts what is wished, suspended.
  ///
  /// - Returns: whether there was one
  @inlinable
  func adopt(_ slot: inout CounterSlot<Host.Event>, _ wish: CounterWish) -> Bool {
    guard let parked = pool.pointee.take(EventKey(wish.configuration, of: wish.pmc)) else { return false }
    slot.hold(parked.event, quality: parked.quality)
    slot.clock = parked.clock
    slot.isPaused = true
    slot.isSuspended = true
    host.assign(parked.event, to: wish.pmc)
    return true
  }

  /// - Parameter wasUsed: whether the guest used its counters in the slice
  @inlinable
  func endSlice(wasUsed: Bool) {
    while let event = pool.pointee.remove(olderThan: wasUsed ? EventPool<Host.Event>.slicesKept : 0) { release(event) }
    pool.pointee.slice &+= 1
  }

  /// Gives all parked events back.
  ///
  /// - Returns: whether there were any
  @inlinable @discardableResult
  func emptyPool() -> Bool {
    guard pool.pointee.used != 0 else { return false }
    while let event = pool.pointee.remove(olderThan: 0) { release(event) }
    return true
  }
}

import VPMUModel

/// Events that no counter counts by: parked, adopted, reclaimed for a host that has no more to give.
extension Adaptive {
  @inlinable
  public static func retire<Host>(
    _ counter: inout Counter<AdaptiveState>, _ pmc: PMCIndex, on events: EventAccounting<Host, Self>
  ) -> UInt64 {
    let counted = stop(&counter, pmc, on: events)
    park(&counter, pmc, on: events)
    return counted
  }

  /// Another counter that does not count may hold the event that is wanted.
  @inlinable
  public static func adoptEvent<Host>(
    _ counter: inout Counter<AdaptiveState>, _ configuration: CounterConfiguration,
    on events: EventAccounting<Host, Self>, isFree: (PMCIndex, EventKey) -> Bool
  ) -> Bool {
    if counter.phase != .none {
      let wasUncounted = counter.phase == .uncounted
      disable(&counter, on: events)
      return disableStoppedEvents(except: configuration.pmc, on: events) || wasUncounted
    }
    // A fixed counter's event serves no other counter.
    guard !configuration.pmc.isFixed else { return false }
    let key = EventKey(configuration.value, of: configuration.pmc)
    for other in PMCSet(events.block.pointee.shape.valid & ~configuration.pmc.bit) {
      let holder = events.counter(other)
      guard holder.pointee.phase == .uncounted || holder.pointee.phase == .disabled,
        EventKey(holder.pointee.configuration, of: other) == key, isFree(other, key)
      else { continue }
      park(&holder.pointee, other, on: events)
      return true
    }
    return false
  }

  @inlinable
  public static func reclaimEvents<Host>(after refusal: HostRefusal, on events: EventAccounting<Host, Self>) -> Bool {
    switch refusal {
    case .capacity:
      // Parked events take entries of the host's table.
      let anyDisabled = disableStoppedEvents(on: events)
      return emptyPool(on: events) || anyDisabled
    case .outOfDescriptors: return emptyPool(on: events)
    case .busy, .errorState: return disableStoppedEvents(on: events)
    default: return false
    }
  }

  @inlinable
  public static func endSlice<Host>(wasUsed: Bool, on events: EventAccounting<Host, Self>) {
    disableStoppedEvents(on: events)
    let age = wasUsed ? EventPool.slicesKept : 0
    while let event = events.block.pointee.policy.remove(olderThan: age) { events.release(event) }
    events.block.pointee.policy.slice &+= 1
  }

  @inlinable
  public static func releaseKeptEvents<Host>(on events: EventAccounting<Host, Self>) {
    emptyPool(on: events)
    events.block.pointee.requests.polled = 0
    events.block.pointee.requests.rearm = 0
  }

  /// Disables the counter's event, if it runs on uncounted.
  @inlinable
  static func disable<Host>(_ counter: inout Counter<AdaptiveState>, on events: EventAccounting<Host, Self>) {
    guard counter.phase == .uncounted else { return }
    events.host.disable(counter.event)
    counter.phase = .disabled
  }

  /// Disables the events of all counters that do not count.
  ///
  /// - Returns: whether there were any
  @inlinable @discardableResult
  static func disableStoppedEvents<Host>(
    except excluded: PMCIndex? = nil, on events: EventAccounting<Host, Self>
  ) -> Bool {
    var anyDisabled = false
    let others = events.block.pointee.shape.valid & ~(excluded?.bit ?? 0)
    for pmc in PMCSet(others) where events.counter(pmc).pointee.phase == .uncounted {
      disable(&events.counter(pmc).pointee, on: events)
      anyDisabled = true
    }
    return anyDisabled
  }

  /// Parks the counter's event, if there is one.
  @inlinable
  static func park<Host>(
    _ counter: inout Counter<AdaptiveState>, _ pmc: PMCIndex, on events: EventAccounting<Host, Self>
  ) {
    guard counter.phase != .none else { return }
    disable(&counter, on: events)
    let parked = EventPool.Parked(
      counter.event, EventKey(counter.configuration, of: pmc), counter.policy.timer, counter.quality)
    if let retired = events.block.pointee.policy.park(parked) { events.release(retired) }
    counter.phase = .none
  }

  /// Gives the counter a parked event that counts the same, disabled.
  ///
  /// - Returns: whether there was one
  @inlinable
  static func unpark<Host>(
    _ counter: inout Counter<AdaptiveState>, _ configuration: CounterConfiguration,
    on events: EventAccounting<Host, Self>
  ) -> Bool {
    let key = EventKey(configuration.value, of: configuration.pmc)
    guard let parked = events.block.pointee.policy.take(key) else { return false }
    counter.event = parked.event
    counter.quality = parked.quality
    counter.phase = .disabled
    counter.policy.timer = parked.timer
    counter.policy.wasCounting = false
    events.host.assign(parked.event, to: configuration.pmc)
    return true
  }

  /// Releases all parked events.
  ///
  /// - Returns: whether there were any
  @inlinable @discardableResult
  static func emptyPool<Host>(on events: EventAccounting<Host, Self>) -> Bool {
    guard events.block.pointee.policy.used != 0 else { return false }
    while let event = events.block.pointee.policy.remove(olderThan: 0) { events.release(event) }
    return true
  }
}

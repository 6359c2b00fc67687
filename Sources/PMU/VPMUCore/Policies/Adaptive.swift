import VPMUModel

/// Hardly touches the host: a stopped event goes on running for a while, and what it counts then is nobody's; events that no counter
/// uses are parked for the next one that asks for the same.
///
/// One rule makes it exact: **the count judges, the notification is only an alarm clock.** A pause can make an alarm early, never
/// late; an early one is ignored, and set anew. So most pauses and resumes ask nothing of the host but a count.
///
/// | moment | asked of the host |
/// |---|---|
/// | a counter stops | its count |
/// | it goes on | its count, and a period if the alarm would be late |
/// | its notification comes while it is stopped | disable: at most one stray interrupt for a pause |
/// | its overflow interrupts nobody and is near | nothing: it is looked at whenever the guest is left (``CounterSlot/isPolled``) |
/// | the time slice ends | disable what is stopped; give back what stayed parked |
/// | the host has no counter or descriptor left | disable what is stopped; give back what is parked |
public struct Adaptive: EventPolicy {
  public static var name: String { "adaptive" }
  public static var pausesSoftly: Bool { true }

  /// A counter that interrupts nobody is polled when its overflow is nearer than this, in events. No processor counts so far in
  /// less than some tens of milliseconds, so a notification from farther away costs next to nothing, and looking each time would.
  public static var polledReach: UInt64 { 1 << 28 }

  public init() {}

  @inlinable
  public static func stop<Host>(_ slot: inout CounterSlot<Host.Event>, on host: EventAccounting<Host>) -> UInt64 {
    guard let event = slot.running else {
      slot.wasRunning = false
      return 0
    }
    let count = slot.isFresh ? slot.seen : host.host.read(event)
    slot.isFresh = false
    let counted = count &- slot.origin
    slot.origin = count
    slot.seen = count
    slot.isPaused = true
    slot.wasRunning = true
    return counted
  }

  @inlinable @inline(__always)
  public static func restart<Host>(
    _ slot: inout CounterSlot<Host.Event>, _ wish: CounterWish, on host: EventAccounting<Host>
  ) -> Bool {
    if slot.event == nil
      || slot.configuration != wish.configuration
        && EventKey(slot.configuration, of: wish.pmc) != EventKey(wish.configuration, of: wish.pmc)
    {
      host.park(&slot, wish.pmc)
      guard host.adopt(&slot, wish) else { return false }
    }
    guard let event = slot.event else { return false }
    if let shortfall = host.host.knownFailure(of: event) {
      guard shortfall == .throttled else { return false }
      // A new period lets it go on.
      slot.clock = AlarmClock()
    }
    slot.configuration = wish.configuration
    slot.interrupts = wish.interrupts
    if slot.isSuspended {
      let count = host.host.read(event)
      // Cheap while it is disabled, and saves the interrupt of an early alarm. It may have rung before its time, too.
      slot.clock.isSpent = true
      arm(&slot, event, wish.period, from: count, on: host)
      guard host.host.resume(event) else { return false }
      slot.isSuspended = false
      slot.start(at: count, period: wish.period)
    } else if slot.wasRunning {
      // Stopped for a look only.
      arm(&slot, event, wish.period, from: slot.seen, isRoughEnough: wish.isAboutToChange, on: host)
      slot.start(at: slot.seen, period: wish.period)
    } else {
      // First the period, by what was known at the stop: what is counted until the count is read can make the alarm early only.
      arm(&slot, event, wish.period, from: slot.seen, on: host)
      let count = host.host.read(event)
      if slot.clock.due <= count { arm(&slot, event, wish.period, from: count, on: host) }
      slot.start(at: count, period: wish.period)
    }
    slot.wasRunning = false
    host.noteReuse()
    return true
  }

  /// Sees to it that the notification comes no later than `distance` after `count`.
  @inlinable
  static func arm<Host>(
    _ slot: inout CounterSlot<Host.Event>, _ event: Host.Event, _ distance: UInt64, from count: UInt64,
    isRoughEnough: Bool = false, on host: EventAccounting<Host>
  ) {
    slot.isPolled = isPolled(distance, slot.interrupts)
    if slot.isPolled {
      guard slot.clock.due &- count < distance || slot.clock.due < count || slot.clock.isSpent else { return }
      if host.host.setPeriod(AlarmClock.never, of: event) { slot.clock.set(AlarmClock.never, at: count) }
      return
    }
    if slot.clock.isInTime(distance, from: count, isRoughEnough: isRoughEnough) { return }
    if host.host.setPeriod(distance, of: event) {
      slot.clock.set(distance, at: count)
    } else {
      // No notification in time: the count alone will tell.
      slot.isPolled = true
    }
  }

  @inlinable
  static func isPolled(_ distance: UInt64, _ interrupts: Bool) -> Bool { !interrupts && distance < polledReach }

  @inlinable
  public static func firstPeriod<Event>(_ slot: inout CounterSlot<Event>, _ wish: CounterWish) -> UInt64 {
    slot.interrupts = wish.interrupts
    slot.isPolled = isPolled(wish.period, wish.interrupts)
    let period = slot.isPolled ? AlarmClock.never : wish.period
    slot.clock.set(period, at: 0)
    return period
  }

  @inlinable
  public static func move<Host>(
    _ slot: inout CounterSlot<Host.Event>, to period: UInt64, at count: UInt64, on host: EventAccounting<Host>
  ) -> Bool {
    slot.alarm = (count &- slot.origin) &+ period
    slot.seen = count
    slot.overflowIsLatched = false
    return true
  }

  @inlinable
  public static func rearm<Host>(_ slot: inout CounterSlot<Host.Event>, on host: EventAccounting<Host>) {
    guard let event = slot.running else { return }
    let counted = slot.seen &- slot.origin
    arm(&slot, event, slot.alarm > counted ? slot.alarm &- counted : 1, from: slot.seen, on: host)
  }

  @inlinable
  public static func retire<Host>(
    _ slot: inout CounterSlot<Host.Event>, _ pmc: PMCIndex, on host: EventAccounting<Host>
  ) -> UInt64 {
    let counted = stop(&slot, on: host)
    host.park(&slot, pmc)
    return counted
  }

  @inlinable
  public static func endSlice<Host>(wasUsed: Bool, on host: EventAccounting<Host>) { host.endSlice(wasUsed: wasUsed) }
}

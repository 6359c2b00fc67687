import VPMUModel

/// Makes few system calls: a stopped event goes on running for a while, uncounted; events that no counter uses are
/// parked for the next one that asks for the same.
///
/// One rule makes it exact: **the count decides, the notification only tells when to read it.** A pause can make a
/// notification early, never late; an early one is ignored, and its timer set again. So most pauses and resumes ask the
/// host for a count only.
///
/// | moment | operation of the host |
/// |---|---|
/// | a counter stops | read |
/// | it goes on | read, and set the period if the notification would be late |
/// | its notification comes while it is stopped | disable: at most one needless interrupt for a pause |
/// | its overflow raises no interrupt and is near | none: the count is read at each access (``Requests/polled``) |
/// | the time slice ends | disable what is stopped; release what stayed parked |
/// | the host has no counter or descriptor left | disable what is stopped; release what is parked |
public struct Adaptive: EventPolicy {
  public typealias CounterState = AdaptiveState
  public typealias VCPUState = EventPool

  public static var name: String { "adaptive" }
  @inlinable
  public static var counterState: AdaptiveState { AdaptiveState() }
  @inlinable
  public static var vcpuState: EventPool { EventPool() }
  @inlinable
  public static func deallocate(_ pool: EventPool) { pool.deallocate() }

  public init() {}
}

/// What ``Adaptive`` keeps for each counter.
@frozen
public struct AdaptiveState: BitwiseCopyable {
  @usableFromInline var timer = NotificationTimer()
  /// The event's count when it was read last.
  @usableFromInline var lastRead: UInt64 = 0
  /// The guest has not run since `lastRead`: further counts come from the VMM and are ignored.
  @usableFromInline var lastReadIsCurrent = false
  /// The counter was counting when it was stopped last: if it is resumed at once, nothing was lost in between.
  @usableFromInline var wasCounting = false
  /// The guest asks for an interrupt at overflow.
  @usableFromInline var interrupts = false
  /// No notification is due before the overflow.
  @usableFromInline var isPolled = false

  @inlinable
  init() {}
}

// MARK: The counter stops and goes on

extension Adaptive {
  @inlinable
  public static func stop<Host>(
    _ counter: inout Counter<AdaptiveState>, _ pmc: PMCIndex, on events: EventAccounting<Host, Self>
  ) -> UInt64 {
    events.block.pointee.requests.polled &= ~pmc.bit
    events.block.pointee.requests.rearm &= ~pmc.bit
    guard counter.phase == .counting else {
      counter.policy.wasCounting = false
      return 0
    }
    let count = counter.policy.lastReadIsCurrent ? counter.policy.lastRead : events.host.read(counter.event)
    let counted = count &- counter.origin
    counter.origin = count
    counter.phase = .uncounted
    counter.policy.lastRead = count
    counter.policy.lastReadIsCurrent = false
    counter.policy.wasCounting = true
    return counted
  }

  @inlinable @inline(__always)
  public static func resume<Host>(
    _ counter: inout Counter<AdaptiveState>, _ configuration: CounterConfiguration,
    on events: EventAccounting<Host, Self>
  ) -> Bool {
    let pmc = configuration.pmc
    if counter.phase == .none
      || counter.configuration != configuration.value
        && EventKey(counter.configuration, of: pmc) != EventKey(configuration.value, of: pmc)
    {
      park(&counter, pmc, on: events)
      guard unpark(&counter, configuration, on: events) else { return false }
    }
    if let failure = events.host.knownFailure(of: counter.event) {
      guard failure == .throttled else { return false }
      // A new period lets it go on.
      counter.policy.timer = NotificationTimer()
    }
    counter.configuration = configuration.value
    counter.policy.interrupts = configuration.interrupts
    guard start(&counter, configuration, on: events) else { return false }
    counter.policy.wasCounting = false
    events.countReuse()
    if counter.policy.isPolled { events.block.pointee.requests.polled |= pmc.bit }
    return true
  }

  /// Sets the timer and starts the counter at its event's count.
  @inlinable @inline(__always)
  static func start<Host>(
    _ counter: inout Counter<AdaptiveState>, _ configuration: CounterConfiguration,
    on events: EventAccounting<Host, Self>
  ) -> Bool {
    let period = configuration.period
    let count: UInt64
    if counter.phase == .disabled {
      count = events.host.read(counter.event)
      // Cheap while it is disabled, and saves the interrupt of an early notification. It may have fired before its
      // time, too.
      counter.policy.timer.hasFired = true
      setTimer(&counter, period, from: count, on: events)
      guard events.host.resume(counter.event) else { return false }
    } else if counter.policy.wasCounting {
      // Stopped only to be reprogrammed.
      count = counter.policy.lastRead
      // It has just overflowed and interrupts: the guest's handler is expected to write another value.
      let isAboutToChange = configuration.interrupts && events.isPMIPending && counter.overflowIsLatched
      setTimer(&counter, period, from: count, isApproximateEnough: isAboutToChange, on: events)
    } else {
      // The period first, by the count at the stop: what is counted until the count is read can make the notification
      // early only.
      setTimer(&counter, period, from: counter.policy.lastRead, on: events)
      count = events.host.read(counter.event)
      if counter.policy.timer.due <= count { setTimer(&counter, period, from: count, on: events) }
    }
    counter.start(at: count, distance: period)
    counter.policy.lastRead = count
    counter.policy.lastReadIsCurrent = false
    return true
  }

  @inlinable
  public static func requestsHandled<Host>(on events: EventAccounting<Host, Self>) {
    // The guest runs before the next reprogramming.
    for pmc in PMCSet(events.block.pointee.requests.recheck & events.block.pointee.shape.valid) {
      events.counter(pmc).pointee.policy.lastReadIsCurrent = false
    }
    if events.block.pointee.requests.rearm != 0 { rearmTimers(on: events) }
  }
}

// MARK: Notifications

extension Adaptive {
  /// A counter that raises no interrupt is polled when its overflow is nearer than this, in events. No processor counts
  /// so far in less than some tens of milliseconds, so a notification from farther away costs next to nothing, and
  /// reading the count each time would.
  @inlinable
  package static var polledReach: UInt64 { 1 << 28 }

  @inlinable
  static func isPolled(_ distance: UInt64, _ interrupts: Bool) -> Bool { !interrupts && distance < polledReach }

  @inlinable
  public static func firstPeriod<Host>(
    _ counter: inout Counter<AdaptiveState>, _ configuration: CounterConfiguration,
    on events: EventAccounting<Host, Self>
  ) -> UInt64 {
    counter.policy = AdaptiveState()
    counter.policy.interrupts = configuration.interrupts
    counter.policy.isPolled = isPolled(configuration.period, configuration.interrupts)
    let period = counter.policy.isPolled ? NotificationTimer.never : configuration.period
    counter.policy.timer.set(period, at: 0)
    if counter.policy.isPolled { events.block.pointee.requests.polled |= configuration.pmc.bit }
    return period
  }

  /// Sees to it that the notification comes no later than `distance` after `count`.
  @inlinable
  static func setTimer<Host>(
    _ counter: inout Counter<AdaptiveState>, _ distance: UInt64, from count: UInt64,
    isApproximateEnough: Bool = false, on events: EventAccounting<Host, Self>
  ) {
    let timer = counter.policy.timer
    counter.policy.isPolled = isPolled(distance, counter.policy.interrupts)
    if counter.policy.isPolled {
      guard timer.due &- count < distance || timer.due < count || timer.hasFired else { return }
      if events.host.setPeriod(NotificationTimer.never, of: counter.event) {
        counter.policy.timer.set(NotificationTimer.never, at: count)
      }
      return
    }
    if timer.isInTime(distance, from: count, isApproximateEnough: isApproximateEnough) { return }
    if events.host.setPeriod(distance, of: counter.event) {
      counter.policy.timer.set(distance, at: count)
    } else {
      // No notification in time: the count alone will tell.
      counter.policy.isPolled = true
    }
  }

  @inlinable
  public static func overflowMoved<Host>(
    _ counter: inout Counter<AdaptiveState>, _ pmc: PMCIndex, to distance: UInt64, at count: UInt64,
    on events: EventAccounting<Host, Self>
  ) {
    counter.policy.lastRead = count
    events.block.pointee.requests.rearm |= pmc.bit
  }

  @inlinable
  public static func checkOverflow<Host>(
    _ counter: inout Counter<AdaptiveState>, _ moment: CheckMoment, on events: EventAccounting<Host, Self>
  ) -> OverflowCheck {
    if counter.phase == .uncounted {
      // It interrupted needlessly, and is kept from doing so again.
      disable(&counter, on: events)
      return .unchanged
    }
    guard counter.phase == .counting else { return .unchanged }
    // Reprogramming judges the count that the counter is stopped with, and sets the timer.
    if moment.isReprogramPending {
      if moment.hasNotification { counter.policy.timer = NotificationTimer() }
      return .unchanged
    }
    let count = events.host.read(counter.event)
    counter.policy.lastRead = count
    let hasFired = moment.hasNotification || count >= counter.policy.timer.due
    if hasFired { counter.policy.timer.fired(at: count) }
    if count &- counter.origin >= counter.distance {
      guard !counter.overflowIsLatched else { return .unchanged }
      // The reprogramming that follows, before the guest runs again, need not read once more.
      counter.policy.lastReadIsCurrent = true
      return .overflow
    }
    return hasFired ? .rearm : .unchanged
  }

  @inlinable
  public static func polled<Host>(on events: EventAccounting<Host, Self>) -> UInt64 {
    events.block.pointee.requests.polled
  }

  @inlinable
  public static func pending<Host>(on events: EventAccounting<Host, Self>) -> UInt64 {
    events.block.pointee.requests.rearm | events.block.pointee.requests.polled
  }

  @inlinable @inline(never)
  static func rearmTimers<Host>(on events: EventAccounting<Host, Self>) {
    let marked = events.block.pointee.requests.rearm & events.block.pointee.shape.valid
    events.block.pointee.requests.rearm = 0
    for pmc in PMCSet(marked) { rearm(&events.counter(pmc).pointee, pmc, on: events) }
  }

  /// Sets the notification timer of a counting counter.
  @inlinable
  static func rearm<Host>(
    _ counter: inout Counter<AdaptiveState>, _ pmc: PMCIndex, on events: EventAccounting<Host, Self>
  ) {
    guard counter.phase == .counting else { return }
    let counted = counter.policy.lastRead &- counter.origin
    let distance = counter.distance > counted ? counter.distance &- counted : 1
    setTimer(&counter, distance, from: counter.policy.lastRead, on: events)
    events.block.pointee.requests.polled &= ~pmc.bit
    if counter.policy.isPolled { events.block.pointee.requests.polled |= pmc.bit }
  }
}

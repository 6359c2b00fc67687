import VPMUCore
import VPMUModel

extension UnrulyHost {
  public func create(_ request: EventRequest) throws(HostRefusal) -> Event {
    calls.create += 1
    var troubled = request
    troubled.period = troubledPeriod(request.period)
    let event = try base.create(troubled)
    let index = Int(event.index)
    fates[index] = Fate(pmc: request.pmc, isLive: true, isEnabled: true)
    mostLive = max(mostLive, base.liveEvents)
    if happens(troubles.dead) {
      stop(index, .deadCounter)
    } else if happens(troubles.notScheduled) {
      stop(index, .notScheduled)
    }
    return event
  }

  public func setPeriod(_ period: UInt64, of event: Event) -> Bool {
    calls.setPeriod += 1
    guard !happens(troubles.periodRefused), base.setPeriod(troubledPeriod(period), of: event) else { return false }
    fates[Int(event.index)].noticesInTick = 0
    if fates[Int(event.index)].stall == .throttled { revive(Int(event.index)) }
    return true
  }

  public func pause(_ event: Event) -> UInt64 {
    calls.pause += 1
    fates[Int(event.index)].isEnabled = false
    return base.pause(event)
  }

  public func suspend(_ event: Event) {
    calls.suspend += 1
    fates[Int(event.index)].isEnabled = false
    base.suspend(event)
  }

  public func route(_ event: Event, to pmc: PMCIndex) {
    fates[Int(event.index)].pmc = pmc
    base.route(event, to: pmc)
  }

  public func resume(_ event: Event) -> Bool {
    calls.resume += 1
    let index = Int(event.index)
    fates[index].isEnabled = true
    guard fates[index].stall != .deadCounter else { return true }
    revive(index)
    if happens(troubles.notScheduled) { stop(index, .notScheduled) }
    return true
  }

  public func read(_ event: Event) -> UInt64 {
    calls.read += 1
    return base.read(event)
  }

  /// As with a closed descriptor, no notice of it comes any more.
  public func release(_ event: Event) {
    held &= ~fates[Int(event.index)].pmc.bit
    fates[Int(event.index)] = Fate()
    base.release(event)
  }

  public func shortfall(of event: Event) -> HostRefusal? { fates[Int(event.index)].stall }

  private func troubledPeriod(_ period: UInt64) -> UInt64 {
    let clamped = period == 0 ? 0 : max(period, troubles.shortestPeriod)
    return clamped > 1 && happens(troubles.early) ? clamped - next() % (clamped / 2 + 1) : clamped
  }
}

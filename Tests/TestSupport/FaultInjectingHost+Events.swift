import SimulatedHost
import VPMUCore
import VPMUModel

extension FaultInjectingHost {
  public func create(_ request: EventRequest) throws(HostRefusal) -> Event {
    calls.create += 1
    var troubled = request
    troubled.period = troubledPeriod(request.period)
    let event = try base.create(troubled)
    let index = event.index
    conditions[index] = EventCondition(pmc: request.pmc, isLive: true, isEnabled: true)
    maximumLive = max(maximumLive, base.liveEvents)
    if happens(faults.dead) {
      stop(index, .deadCounter)
    } else if happens(faults.notScheduled) {
      stop(index, .notScheduled)
    }
    return event
  }

  public func setPeriod(_ period: UInt64, of event: Event) -> Bool {
    calls.setPeriod += 1
    guard !happens(faults.periodRefused), base.setPeriod(troubledPeriod(period), of: event) else { return false }
    conditions[event.index].notificationsOfPeriod = 0
    if conditions[event.index].stall == .throttled { revive(event.index) }
    return true
  }

  public func pauseAndReset(_ event: Event) -> UInt64 {
    calls.pause += 1
    conditions[event.index].isEnabled = false
    return base.pauseAndReset(event)
  }

  public func disable(_ event: Event) {
    calls.suspend += 1
    conditions[event.index].isEnabled = false
    base.disable(event)
  }

  public func assign(_ event: Event, to pmc: PMCIndex) {
    conditions[event.index].pmc = pmc
    base.assign(event, to: pmc)
  }

  public func resume(_ event: Event) -> Bool {
    calls.resume += 1
    let index = event.index
    conditions[index].isEnabled = true
    guard conditions[index].stall != .deadCounter else { return true }
    revive(index)
    if happens(faults.notScheduled) { stop(index, .notScheduled) }
    return true
  }

  public func read(_ event: Event) -> UInt64 {
    calls.read += 1
    return base.read(event)
  }

  /// As with a closed descriptor, no notification of it comes any more.
  public func release(_ event: Event) {
    held &= ~conditions[event.index].pmc.bit
    conditions[event.index] = EventCondition()
    base.release(event)
  }

  public func knownFailure(of event: Event) -> HostRefusal? { conditions[event.index].stall }

  private func troubledPeriod(_ period: UInt64) -> UInt64 {
    let clamped = period == 0 ? 0 : max(period, faults.shortestPeriod)
    return clamped > 1 && happens(faults.early) ? clamped - next() % (clamped / 2 + 1) : clamped
  }
}

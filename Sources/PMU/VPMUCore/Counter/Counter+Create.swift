import CVPMU
import VPMUModel

/// Another event, where the counter's own can't be resumed. KVM: `pmc_reprogram_counter`.
extension VirtualPMU {
  /// The counter's own event can't be resumed: the policy may have another one, else one is created.
  ///
  /// - Returns: whether the counter has an event that counts
  @inlinable @inline(never)
  func useAnotherEvent(_ pmc: PMCIndex, _ configuration: CounterConfiguration, wasRefused: Bool) -> Bool {
    let counter = counter(pmc)
    if Policy.adoptEvent(&counter.pointee, configuration, on: events, isFree: { isFree($0, from: $1) }),
      Policy.resume(&counter.pointee, configuration, on: events)
    {
      return true
    }
    do {
      try createEvent(pmc, configuration)
      if wasRefused { block.pointee.statistics.retried &+= 1 }
      return true
    } catch {
      // Tried again when something else requests work: a host that stays busy must not keep the guest from running.
      liveState.fields.retry |= pmc.bit
      counter.pointee.refusal = error
      return false
    }
  }

  /// Whether a stopped counter will not need an event of this key itself before the guest runs.
  @inlinable @inline(never)
  func isFree(_ other: PMCIndex, from key: EventKey) -> Bool {
    !isCounting(other) || EventKey(configuration(of: other).value, of: other) != key
  }

  /// Releases the counter's event, if there is one, and creates the one that the guest asks for.
  @inlinable
  func createEvent(_ pmc: PMCIndex, _ configuration: CounterConfiguration) throws(HostRefusal) {
    let counter = counter(pmc)
    _ = events.release(&counter.pointee)
    let request = try request(configuration, period: Policy.firstPeriod(&counter.pointee, configuration, on: events))
    let event: HostEvent
    do { event = try events.create(request) } catch {
      // The policy may hold events that no counter counts by. The host is asked once more when they are released.
      guard Policy.reclaimEvents(after: error, on: events) else { throw error }
      event = try events.create(request)
    }
    counter.pointee.event = event
    counter.pointee.quality = host.quality(of: request)
    counter.pointee.configuration = configuration.value
    counter.pointee.start(at: 0, distance: configuration.period)
  }

  /// The request to the host for a counter.
  ///
  /// - Throws: ``HostRefusal/counterCannotCount``
  @inlinable
  func request(_ configuration: CounterConfiguration, period: UInt64) throws(HostRefusal) -> EventRequest {
    let (pmc, value) = (configuration.pmc, configuration.value)
    let event =
      pmc.isFixed ? model._findFixedEvent(pmc.number, liveState.view) : model._findArchEvent(value, liveState.view)
    if event.isMisnumbered { report(.event(select: event.select)) }
    guard event.canBeCounted(on: pmc) else { throw .counterCannotCount }
    let selector = pmc.isFixed ? event.select : value
    var rings: Rings = []
    if value & (pmc.isFixed ? VPMU_FIXED_USER : VPMU_SELECT_USER) != 0 { rings.insert(.user) }
    if value & (pmc.isFixed ? VPMU_FIXED_OS : VPMU_SELECT_OS) != 0 { rings.insert(.kernel) }
    // A generic event counts occurrences. Edges, inverted or thresholded counts are something else.
    let isPlain = selector & (VPMU_SELECT_EDGE | VPMU_SELECT_INVERT | VPMU_SELECT_COUNTER_MASK) == 0
    return EventRequest(
      pmc: pmc, selector: selector, code: EventCode(selector: selector, mask: eventSelectMask),
      generic: isPlain ? event.generic : nil, quality: isPlain ? event.quality : .none, rings: rings, period: period,
      interrupts: configuration.interrupts)
  }
}

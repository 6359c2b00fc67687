import VPMUCore
import VPMUModel

/// A host whose counts are the guest's: those of another one without the ``VMMShare``.
///
/// An event that was started and stopped without a run of the guest in between counted the VMM only, and so nothing.
/// Events that interrupt are left as they are: their notification comes when the real event has counted its period, and
/// a count that says less would make them overflow twice. A period of theirs is shorter by the share.
public final class ShareCorrectedHost<Base: HostEvents>: HostEvents {
  private struct Entry: BitwiseCopyable {
    /// The event of the other host; nil: the entry is free.
    var base: HostEvent?
    /// Nil: nothing is taken out.
    var event: GenericEvent?
    var constant: VMMShare.Constant?
    var runsAtStart: UInt64 = 0
    /// Nil: it was not suspended.
    var runsAtSuspension: UInt64?
    /// The count that was reported last: a count never goes back.
    var reported: UInt64 = 0
  }

  public let base: Base
  public let runs: RunCounter
  /// Taken out of events that are started from now on.
  public var share = VMMShare()
  private var entries = Array(repeating: Entry(), count: 64)

  public init(_ base: Base, runs: RunCounter) {
    self.base = base
    self.runs = runs
  }

  public var limits: HostLimits { base.limits }
  public func attach(_ attachment: HostAttachment) { base.attach(attachment) }
  public func bindToCurrentThread() { base.bindToCurrentThread() }

  public func create(_ request: EventRequest) throws(HostRefusal) -> Event {
    guard let index = entries.firstIndex(where: { $0.base == nil }) else { throw .capacity }
    let event = try base.create(request)
    entries[index] = Entry(base: event, event: request.interrupts ? nil : request.generic)
    start(index)
    return HostEvent(index: index)
  }

  public func quality(of request: EventRequest) -> MappingQuality { base.quality(of: request) }
  public func setPeriod(_ period: UInt64, of event: Event) -> Bool { base.setPeriod(period, of: handle(event)) }

  public func pauseAndReset(_ event: Event) -> UInt64 {
    let count = corrected(base.pauseAndReset(handle(event)), event)
    entries[event.index].reported = 0
    entries[event.index].runsAtSuspension = nil
    return count
  }

  /// Runs that the guest makes meanwhile are not the event's.
  public func disable(_ event: Event) {
    base.disable(handle(event))
    entries[event.index].runsAtSuspension = runs.runs
  }

  public func assign(_ event: Event, to pmc: PMCIndex) { base.assign(handle(event), to: pmc) }

  public func resume(_ event: Event) -> Bool {
    let index = event.index
    if let suspended = entries[index].runsAtSuspension {
      entries[index].runsAtSuspension = nil
      entries[index].runsAtStart &+= runs.runs &- suspended
    } else {
      start(index)
    }
    return base.resume(handle(event))
  }

  public func read(_ event: Event) -> UInt64 { corrected(base.read(handle(event)), event) }

  public func release(_ event: Event) {
    base.release(handle(event))
    entries[event.index].base = nil
  }

  public func knownFailure(of event: Event) -> HostRefusal? { base.knownFailure(of: handle(event)) }
  public func queryFailure(of event: Event) -> HostRefusal? { base.queryFailure(of: handle(event)) }

  private func handle(_ event: HostEvent) -> HostEvent { entries[event.index].base ?? event }

  private func start(_ index: Int) {
    entries[index].constant = entries[index].event.flatMap { share[$0] }
    entries[index].runsAtStart = runs.runs
  }

  private func corrected(_ count: UInt64, _ event: Event) -> UInt64 {
    let entry = entries[event.index]
    guard let constant = entry.constant else { return count }
    let share = constant.total((entry.runsAtSuspension ?? runs.runs) &- entry.runsAtStart)
    let reported = max(entry.reported, count > share ? count &- share : 0)
    entries[event.index].reported = reported
    return reported
  }
}

import VPMUCore
import VPMUModel

/// A host whose counts are the guest's: those of another one without the ``VMMShare``.
///
/// An event that was started and stopped without a run of the guest in between counted the VMM only, and so nothing. Events
/// that interrupt are left as they are: their notification comes when the real event has counted its period, and a count that
/// says less would make them overflow twice. A period of theirs is shorter by the share.
public final class ShareCorrectedHost<Base: HostEvents>: HostEvents {
  public struct Event: BitwiseCopyable {
    let base: Base.Event
    let place: UInt8
  }

  private struct Entry: BitwiseCopyable {
    var isUsed = false
    /// Nil: nothing is taken out.
    var event: GenericEvent?
    var constant: VMMShare.Constant?
    var runsAtStart: UInt64 = 0
    /// Nil: it was not suspended.
    var runsAtSuspension: UInt64?
    /// What was told last: a count never goes back.
    var told: UInt64 = 0
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
    guard let place = entries.firstIndex(where: { !$0.isUsed }) else { throw .capacity }
    let event = try base.create(request)
    entries[place] = Entry(isUsed: true, event: request.interrupts ? nil : request.generic)
    start(place)
    return Event(base: event, place: UInt8(place))
  }

  public func quality(of request: EventRequest) -> MappingQuality { base.quality(of: request) }
  public func setPeriod(_ period: UInt64, of event: Event) -> Bool { base.setPeriod(period, of: event.base) }

  public func pauseAndReset(_ event: Event) -> UInt64 {
    let count = corrected(base.pauseAndReset(event.base), event)
    entries[Int(event.place)].told = 0
    entries[Int(event.place)].runsAtSuspension = nil
    return count
  }

  /// Runs that the guest makes meanwhile are not the event's.
  public func disable(_ event: Event) {
    base.disable(event.base)
    entries[Int(event.place)].runsAtSuspension = runs.runs
  }

  public func assign(_ event: Event, to pmc: PMCIndex) { base.assign(event.base, to: pmc) }

  public func resume(_ event: Event) -> Bool {
    let place = Int(event.place)
    if let suspended = entries[place].runsAtSuspension {
      entries[place].runsAtSuspension = nil
      entries[place].runsAtStart &+= runs.runs &- suspended
    } else {
      start(place)
    }
    return base.resume(event.base)
  }

  public func read(_ event: Event) -> UInt64 { corrected(base.read(event.base), event) }

  public func release(_ event: Event) {
    entries[Int(event.place)].isUsed = false
    base.release(event.base)
  }

  public func knownFailure(of event: Event) -> HostRefusal? { base.knownFailure(of: event.base) }
  public func queryFailure(of event: Event) -> HostRefusal? { base.queryFailure(of: event.base) }

  private func start(_ place: Int) {
    entries[place].constant = entries[place].event.flatMap { share[$0] }
    entries[place].runsAtStart = runs.runs
  }

  private func corrected(_ count: UInt64, _ event: Event) -> UInt64 {
    let entry = entries[Int(event.place)]
    guard let constant = entry.constant else { return count }
    let share = constant.total((entry.runsAtSuspension ?? runs.runs) &- entry.runsAtStart)
    let told = max(entry.told, count > share ? count &- share : 0)
    entries[Int(event.place)].told = told
    return told
  }
}

import VPMUModel

/// Numbers of host events so far.
@frozen
public struct HostEventStatistics: Sendable, BitwiseCopyable, Equatable {
  /// Events made.
  public var created: UInt64 = 0
  /// Paused events resumed in place of a creation.
  public var reused: UInt64 = 0
  /// Events given back.
  public var released: UInt64 = 0
  /// Events that the host refused to make.
  public var refused: UInt64 = 0
  /// Of the events made, those whose counter had been refused one before.
  public var retried: UInt64 = 0

  @inlinable
  public init() {}

  /// Events that exist now (`event_count`).
  @inlinable
  public var live: UInt64 { created &- released }
}

/// The host as policies see it: each operation that changes how many events there are is entered in the statistics.
@frozen
public struct EventAccounting<Host: HostEvents> {
  public let host: Host
  @usableFromInline let statistics: UnsafeMutablePointer<HostEventStatistics>
  @usableFromInline let pool: UnsafeMutablePointer<EventPool<Host.Event>>

  @inlinable
  init(
    host: Host, statistics: UnsafeMutablePointer<HostEventStatistics>, pool: UnsafeMutablePointer<EventPool<Host.Event>>
  ) {
    self.host = host
    self.statistics = statistics
    self.pool = pool
  }

  @inlinable
  func create(_ request: EventRequest) throws(HostRefusal) -> Host.Event {
    do {
      let event = try host.create(request)
      statistics.pointee.created &+= 1
      return event
    } catch {
      statistics.pointee.refused &+= 1
      throw error
    }
  }

  /// Resumes the slot's paused event with a new period, if the host accepts it.
  @inlinable
  public func resume(_ slot: inout CounterSlot<Host.Event>, period: UInt64) -> Bool {
    guard let event = slot.event, host.knownFailure(of: event) == nil, host.setPeriod(period, of: event),
      host.resume(event)
    else { return false }
    slot.start(at: 0, period: period)
    noteReuse()
    return true
  }

  @inlinable
  func noteReuse() { statistics.pointee.reused &+= 1 }

  /// Pauses the slot's running event.
  ///
  /// - Returns: what it counted since the last fold.
  @inlinable
  public func pause(_ slot: inout CounterSlot<Host.Event>) -> UInt64 {
    guard let event = slot.running else { return 0 }
    slot.isPaused = true
    return host.pauseAndReset(event)
  }

  /// Reads the slot's event unless it is paused, and gives it back.
  ///
  /// - Returns: what it counted since the last fold.
  @inlinable
  public func release(_ slot: inout CounterSlot<Host.Event>) -> UInt64 {
    guard let event = slot.event else { return 0 }
    let counted = slot.isPaused ? 0 : host.read(event) &- slot.origin
    release(event)
    slot.letGo()
    slot.origin = 0
    return counted
  }

  @inlinable
  func release(_ event: Host.Event) {
    host.release(event)
    statistics.pointee.released &+= 1
  }
}

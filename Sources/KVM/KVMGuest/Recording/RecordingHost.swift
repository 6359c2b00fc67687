import SimulatedHost
import VPMUCore
import VPMUModel
import VPMUTrace

/// Real events, kept in a simulated host's books, so that what happens can be replayed to the bit.
///
/// A real event counts at every moment, and its notification comes when it comes: a replay could not know either. So the vPMU sees
/// the counts only as they stood when KVM_RUN returned (``takeSlice()``), and a notification comes when such a count reaches the
/// period. What the real events count outside of KVM_RUN is left out. Their own notifications only end KVM_RUN.
///
/// An event that the host refuses or loses counts nothing here: the guest sees the same.
public final class RecordingHost<Base: HostEvents>: HostEvents {
  /// A place in the table.
  public struct Event: BitwiseCopyable, Sendable {
    let place: Int32
  }

  private struct Entry {
    var book: SimulatedHost.Event
    /// Nil: the host refused it.
    var real: Base.Event?
    var pmc: PMCIndex
    var isEnabled = true
    /// The real count that the book has.
    var last: UInt64 = 0
  }

  public let base: Base
  private let book: SimulatedHost
  private let notifications = Mailbox()
  private var entries: [Entry?] = Array(repeating: nil, count: SimulatedHost.capacity)
  /// Events that the host refused.
  public private(set) var refusals: UInt64 = 0

  public init(_ base: Base) {
    self.base = base
    book = SimulatedHost(limits: base.limits)
  }

  deinit { notifications.deallocate() }

  public var limits: HostLimits { base.limits }

  public func attach(_ attachment: HostAttachment) {
    book.attach(attachment)
    base.attach(HostAttachment(mailbox: notifications, modelVendors: attachment.modelVendors))
  }

  public func bindToCurrentThread() { base.bindToCurrentThread() }

  public func create(_ request: EventRequest) throws(HostRefusal) -> Event {
    guard let place = entries.firstIndex(where: { $0 == nil }) else { throw .capacity }
    let event = try book.create(request)
    let real = try? base.create(request)
    if real == nil { refusals &+= 1 }
    entries[place] = Entry(book: event, real: real, pmc: request.pmc)
    return Event(place: Int32(place))
  }

  public func quality(of request: EventRequest) -> MappingQuality { base.quality(of: request) }

  public func setPeriod(_ period: UInt64, of event: Event) -> Bool {
    guard let entry = entries[Int(event.place)], book.setPeriod(period, of: entry.book) else { return false }
    if let real = entry.real { _ = base.setPeriod(period, of: real) }
    return true
  }

  public func pauseAndReset(_ event: Event) -> UInt64 {
    guard var entry = entries[Int(event.place)] else { return 0 }
    if let real = entry.real { _ = base.pauseAndReset(real) }
    (entry.isEnabled, entry.last) = (false, 0)
    entries[Int(event.place)] = entry
    return book.pauseAndReset(entry.book)
  }

  public func disable(_ event: Event) {
    guard let entry = entries[Int(event.place)] else { return }
    if let real = entry.real { base.disable(real) }
    entries[Int(event.place)]?.isEnabled = false
    book.disable(entry.book)
  }

  public func assign(_ event: Event, to pmc: PMCIndex) {
    guard let entry = entries[Int(event.place)] else { return }
    entries[Int(event.place)]?.pmc = pmc
    if let real = entry.real { base.assign(real, to: pmc) }
    book.assign(entry.book, to: pmc)
  }

  public func resume(_ event: Event) -> Bool {
    guard var entry = entries[Int(event.place)] else { return false }
    if let real = entry.real { _ = base.resume(real) }
    entry.isEnabled = true
    entries[Int(event.place)] = entry
    return book.resume(entry.book)
  }

  public func read(_ event: Event) -> UInt64 { entries[Int(event.place)].map { book.read($0.book) } ?? 0 }

  public func release(_ event: Event) {
    guard let entry = entries[Int(event.place)] else { return }
    entries[Int(event.place)] = nil
    if let real = entry.real { base.release(real) }
    book.release(entry.book)
  }

  public func queryFailure(of event: Event) -> HostRefusal? {
    entries[Int(event.place)]?.real.flatMap { base.queryFailure(of: $0) }
  }

  /// KVM_RUN has returned: takes over what was counted since the last time.
  ///
  /// - Returns: by counter, lowest first
  func takeSlice() -> [TraceSliceCount] {
    _ = notifications.takeNotifications()
    var counts: [TraceSliceCount] = []
    for place in entries.indices {
      guard let entry = entries[place], entry.isEnabled, let real = entry.real else { continue }
      let now = base.read(real)
      guard now > entry.last else { continue }
      counts.append(TraceSliceCount(pmc: entry.pmc, count: now &- entry.last))
      entries[place]?.last = now
    }
    counts.sort { $0.pmc.rawValue < $1.pmc.rawValue }
    for count in counts { book.run(count.pmc, count: count.count) }
    return counts
  }
}

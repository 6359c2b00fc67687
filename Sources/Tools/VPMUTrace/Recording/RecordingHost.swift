import SimulatedHost
import VPMUCore
import VPMUModel

/// Real events, mirrored in a simulated host, so that a recording can be replayed to the bit.
///
/// A real event counts at any moment, and its notification comes at any moment: neither can be replayed. So the vPMU
/// reads counts as they stood when KVM_RUN returned (``takeSlice()``), and a notification comes when such a count
/// reaches the period. Counts outside of KVM_RUN are left out. The notifications of real events only end KVM_RUN.
///
/// An event that the host refuses or loses counts nothing here: the guest sees the same.
public final class RecordingHost<Base: HostEvents>: HostEvents {
  private struct Entry {
    var mirrored: HostEvent
    /// Nil: the host refused it.
    var real: HostEvent?
    var pmc: PMCIndex
    var isEnabled = true
    /// The real count that the mirror has.
    var last: UInt64 = 0
  }

  public let base: Base
  private let mirror: SimulatedHost
  private let notifications = OverflowMailbox()
  private var entries: [Entry?] = Array(repeating: nil, count: SimulatedHost.capacity)
  /// Events that the host refused.
  public private(set) var refusals: UInt64 = 0

  public init(_ base: Base) {
    self.base = base
    mirror = SimulatedHost(limits: base.limits)
  }

  public var limits: HostLimits { base.limits }

  public func attach(_ attachment: HostAttachment) {
    mirror.attach(attachment)
    base.attach(HostAttachment(mailbox: notifications, modelVendors: attachment.modelVendors))
  }

  public func bindToCurrentThread() { base.bindToCurrentThread() }

  public func create(_ request: EventRequest) throws(HostRefusal) -> Event {
    guard let index = entries.firstIndex(where: { $0 == nil }) else { throw .capacity }
    let event = try mirror.create(request)
    let real = try? base.create(request)
    if real == nil { refusals &+= 1 }
    entries[index] = Entry(mirrored: event, real: real, pmc: request.pmc)
    return HostEvent(index: index)
  }

  public func quality(of request: EventRequest) -> MappingQuality { base.quality(of: request) }

  public func setPeriod(_ period: UInt64, of event: Event) -> Bool {
    guard let entry = entries[event.index], mirror.setPeriod(period, of: entry.mirrored) else { return false }
    if let real = entry.real { _ = base.setPeriod(period, of: real) }
    return true
  }

  public func pauseAndReset(_ event: Event) -> UInt64 {
    guard var entry = entries[event.index] else { return 0 }
    if let real = entry.real { _ = base.pauseAndReset(real) }
    (entry.isEnabled, entry.last) = (false, 0)
    entries[event.index] = entry
    return mirror.pauseAndReset(entry.mirrored)
  }

  public func disable(_ event: Event) {
    guard let entry = entries[event.index] else { return }
    if let real = entry.real { base.disable(real) }
    entries[event.index]?.isEnabled = false
    mirror.disable(entry.mirrored)
  }

  public func assign(_ event: Event, to pmc: PMCIndex) {
    guard let entry = entries[event.index] else { return }
    entries[event.index]?.pmc = pmc
    if let real = entry.real { base.assign(real, to: pmc) }
    mirror.assign(entry.mirrored, to: pmc)
  }

  public func resume(_ event: Event) -> Bool {
    guard var entry = entries[event.index] else { return false }
    if let real = entry.real { _ = base.resume(real) }
    entry.isEnabled = true
    entries[event.index] = entry
    return mirror.resume(entry.mirrored)
  }

  public func read(_ event: Event) -> UInt64 { entries[event.index].map { mirror.read($0.mirrored) } ?? 0 }

  public func release(_ event: Event) {
    guard let entry = entries[event.index] else { return }
    entries[event.index] = nil
    if let real = entry.real { base.release(real) }
    mirror.release(entry.mirrored)
  }

  public func queryFailure(of event: Event) -> HostRefusal? {
    entries[event.index]?.real.flatMap { base.queryFailure(of: $0) }
  }

  /// KVM_RUN has returned: takes over what was counted since the last time.
  ///
  /// - Returns: by counter, lowest first
  func takeSlice() -> [TraceSliceCount] {
    _ = notifications.takeNotifications()
    var counts: [TraceSliceCount] = []
    for index in entries.indices {
      guard let entry = entries[index], entry.isEnabled, let real = entry.real else { continue }
      let now = base.read(real)
      guard now > entry.last else { continue }
      counts.append(TraceSliceCount(pmc: entry.pmc, count: now &- entry.last))
      entries[index]?.last = now
    }
    counts.sort { $0.pmc.rawValue < $1.pmc.rawValue }
    for count in counts { mirror.run(count.pmc, count: count.count) }
    return counts
  }
}

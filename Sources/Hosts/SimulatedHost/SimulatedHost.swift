/// A host without counters of its own: events are plain numbers, and what the guest did is reported to it. An emulator,
/// which knows what it executed, counts by it; the vectors describe it; tests run on it.
///
/// `run` reports occurrences of one event in one ring; every enabled host event that matches takes them all. Edge,
/// invert and counter mask are not modelled.
import Synchronization
import VPMUCore
import VPMUModel

/// An event whose occurrences are reported to a ``SimulatedHost``, and how well.
public struct ReportedEvent: Sendable, Hashable {
  public var code: EventCode
  public var quality: MappingQuality

  public init(_ code: EventCode, quality: MappingQuality = .exact) {
    self.code = code
    self.quality = quality
  }
}

/// A host whose events count what ``run(_:ring:count:)`` reports. A live event's handle is its index in the table.
public final class SimulatedHost: HostEvents {
  public let limits: HostLimits

  @usableFromInline
  struct Slot: BitwiseCopyable {
    @usableFromInline var code = EventCode(number: 0, unitMask: 0)
    @usableFromInline var rings: Rings = []
    @usableFromInline var pmc = PMCIndex(rawValue: 0)
    @usableFromInline var isEnabled = false
    /// Since creation or the last pause.
    @usableFromInline var count: UInt64 = 0
    @usableFromInline var period: UInt64 = 0
    /// What is left of the period, 1 or more.
    @usableFromInline var left: UInt64 = 0

    @usableFromInline
    init() {}
  }

  @usableFromInline
  struct Table {
    /// One bit for each slot that holds an event.
    @usableFromInline var used: UInt64 = 0
    @usableFromInline var refusals: UInt64 = 0
    /// The notification word of the mailbox.
    @usableFromInline var notifications: UnsafeMutablePointer<Atomic<UInt64>>?

    @usableFromInline
    init() {}
  }

  /// Limit of live events: one for each counter that a model may have, and as many again.
  public static let capacity = 64

  /// The events that are reported, nil: all. A counter for another one is refused.
  private let reported: [ReportedEvent]?
  private var mailbox: OverflowMailbox?
  @usableFromInline let slots: UnsafeMutablePointer<Slot>
  @usableFromInline let table: UnsafeMutablePointer<Table>

  /// - Parameters:
  ///   - limits: the counters that a virtual CPU is offered
  ///   - reported: the events that ``run(_:ring:count:)`` will report; nil: all
  public init(limits: HostLimits, reported: [ReportedEvent]? = nil) {
    self.limits = limits
    self.reported = reported
    slots = .allocate(capacity: Self.capacity)
    slots.initialize(repeating: Slot(), count: Self.capacity)
    table = .allocate(capacity: 1)
    table.initialize(to: Table())
  }

  deinit {
    slots.deallocate()
    table.deallocate()
  }

  public func attach(_ attachment: HostAttachment) {
    mailbox = attachment.mailbox
    table.pointee.notifications = attachment.mailbox.words
  }

  /// As well as the embedder says that it counts the event; where all events are reported, as the model says.
  public func quality(of request: EventRequest) -> MappingQuality {
    guard let reported else { return request.quality }
    return reported.first { $0.code == request.code }?.quality ?? .none
  }

  /// Where not all events are reported, flags of an event select are refused too: no report is for such an event.
  @usableFromInline
  func refusal(of request: EventRequest) -> HostRefusal? {
    guard let reported else { return nil }
    if request.hasCountingFlags { return .flagsNotCountable }
    return reported.contains { $0.code == request.code } ? nil : .notReported
  }

  /// Refuses the next `count` creations, as a host whose counters are taken.
  /// What was left of an earlier call is forgotten.
  public func refuseNextCreations(_ count: UInt64) { table.pointee.refusals = count }

  /// Events that exist now.
  public var liveEvents: Int { table.pointee.used.nonzeroBitCount }
}

/// The deterministic host that the vectors describe: events are plain numbers, and the guest's work
/// is an argument of ``run(_:ring:count:)``.
///
/// `run` makes occurrences of one event in one ring; every enabled host event that matches takes them all. Edge, invert
/// and counter mask are not modelled.
import Synchronization
import VPMUCore
import VPMUModel

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

  private var mailbox: OverflowMailbox?
  @usableFromInline let slots: UnsafeMutablePointer<Slot>
  @usableFromInline let table: UnsafeMutablePointer<Table>

  public init(limits: HostLimits) {
    self.limits = limits
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

  /// Refuses the next `count` creations, as a host whose counters are taken.
  /// What was left of an earlier call is forgotten.
  public func refuseNextCreations(_ count: UInt64) { table.pointee.refusals = count }

  /// Events that exist now.
  public var liveEvents: Int { table.pointee.used.nonzeroBitCount }
}

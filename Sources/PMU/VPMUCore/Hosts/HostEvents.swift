import VPMUModel

/// The handle of a host event: a number that its host chooses.
@frozen
public struct HostEvent: Hashable, Sendable, BitwiseCopyable {
  public var rawValue: UInt64

  @inlinable
  public init(rawValue: UInt64) { self.rawValue = rawValue }

  /// For a host that keeps its events in a table.
  @inlinable
  public init(index: Int) { rawValue = UInt64(truncatingIfNeeded: index) }

  @inlinable
  public var index: Int { Int(truncatingIfNeeded: rawValue) }
}

/// Real events, as the core needs them: created enabled, paused and resumed, given a new period, read, released. The
/// verbs are those of perf events.
///
/// A host belongs to one virtual CPU and is used on the thread that this CPU is bound to. It knows no guest. Counts are
/// in events of the request; a count starts at 0 when the event is created and after each ``pauseAndReset(_:)``.
///
/// When an enabled event has counted its period, the host posts a notification for the request's counter to the mailbox
/// that it was attached to, from whatever context; then the event goes on with the next period by itself. A
/// notification says no more than that the count is to be checked: one that is late, or one too many, does no harm.
public protocol HostEvents: AnyObject {
  typealias Event = HostEvent

  /// The counters that this host can offer to a virtual CPU.
  var limits: HostLimits { get }

  /// Hands over the mailbox for notifications and the model's vendors. Called once, before anything else.
  func attach(_ attachment: HostAttachment)

  /// From now on events count, and notify, the calling thread. No event exists at this moment.
  func bindToCurrentThread()

  /// A new event, enabled, that counts from 0.
  ///
  /// - Throws: the reason that the host does not create it.
  func create(_ request: EventRequest) throws(HostRefusal) -> Event

  /// How well the event made for this request counts what the guest asked for.
  func quality(of request: EventRequest) -> MappingQuality

  /// Sets the period of an event, in events. A running one starts over with it.
  ///
  /// - Returns: false if the host refuses it: the period is 0 or has bit 63 set, or the host's own check says no.
  func setPeriod(_ period: UInt64, of event: Event) -> Bool

  /// Disables, reads and resets in one step.
  ///
  /// - Returns: the event's count since it was created or last paused.
  func pauseAndReset(_ event: Event) -> UInt64

  /// Disables an event without reading it. It keeps its count and the rest of its period.
  func disable(_ event: Event)

  /// Notifications of the event are for this counter from now on.
  func assign(_ event: Event, to pmc: PMCIndex)

  /// Enables a disabled event.
  ///
  /// - Returns: false if the host can't let it count now.
  func resume(_ event: Event) -> Bool

  /// The event's count since it was created or last paused; of a disabled one as well.
  func read(_ event: Event) -> UInt64

  /// Releases the event. Its last count is lost: read it first, unless it is paused.
  func release(_ event: Event)

  /// The state of a live event as far as it is known without asking the kernel: nil if it counts as it should, else the
  /// reason that it does not. Cheap enough to be called at each entry.
  func knownFailure(of event: Event) -> HostRefusal?

  /// The same, asked of the kernel: for an embedder who asks for a counter's state.
  func queryFailure(of event: Event) -> HostRefusal?
}

extension HostEvents {
  @inlinable
  public func bindToCurrentThread() {}

  @inlinable
  public func quality(of request: EventRequest) -> MappingQuality { request.quality }

  @inlinable
  public func knownFailure(of event: Event) -> HostRefusal? { nil }

  @inlinable
  public func queryFailure(of event: Event) -> HostRefusal? { knownFailure(of: event) }
}

/// The virtual CPU that a host works for.
public struct HostAttachment: Sendable {
  /// Where notifications go.
  public let mailbox: OverflowMailbox
  /// CPUID vendor strings of the model: a raw encoding means something only on a host of the same vendor.
  public let modelVendors: [String]

  public init(mailbox: OverflowMailbox, modelVendors: [String]) {
    self.mailbox = mailbox
    self.modelVendors = modelVendors
  }
}

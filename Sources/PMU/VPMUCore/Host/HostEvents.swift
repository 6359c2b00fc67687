import VPMUModel

/// Real events, as the core needs them: created enabled, paused and resumed, given a new period, read, released.
///
/// A host belongs to one virtual CPU and is used on the thread that this CPU is bound to. It knows no guest. Counts are
/// in events of the request; a count starts at 0 when the event is created and after each ``pause(_:)``.
///
/// When a running event has counted its period, the host posts a notification for the request's counter to the mailbox that it
/// was attached to, from whatever context; then the event goes on with the next period by itself. A notification says no more than
/// that the count is to be looked at: one that is late, or one too many, does no harm.
public protocol HostEvents: AnyObject {
  /// A handle: a small plain value.
  associatedtype Event: BitwiseCopyable

  /// What this host can offer to a virtual CPU.
  var limits: HostLimits { get }

  /// Says where notifications go and whose events are asked for. Called once, before anything else.
  func attach(_ attachment: HostAttachment)

  /// From now on events count, and notify, the calling thread. No event exists at this moment.
  func bindToCurrentThread()

  /// A new event, enabled, that counts from 0.
  ///
  /// - Throws: why the host does not make it.
  func create(_ request: EventRequest) throws(HostRefusal) -> Event

  /// How well the event made for this request counts what the guest asked for.
  func quality(of request: EventRequest) -> MappingQuality

  /// Sets the period of an event, in events. A running one starts over with it.
  ///
  /// - Returns: false if the host refuses it: the period is 0 or has bit 63 set, or the host's own check says no.
  func setPeriod(_ period: UInt64, of event: Event) -> Bool

  /// Disables, reads and resets in one step.
  ///
  /// - Returns: what the event counted since it was created or last paused.
  func pauseAndReset(_ event: Event) -> UInt64

  /// Disables an event and looks at nothing: its count stands still and is kept. What is left of its period is kept, too.
  func disable(_ event: Event)

  /// Notifications of the event are for this counter from now on.
  func assign(_ event: Event, to pmc: PMCIndex)

  /// Enables a paused or suspended event.
  ///
  /// - Returns: false if the host can't let it count now.
  func resume(_ event: Event) -> Bool

  /// What the event has counted since it was created or last paused; of a suspended one as well.
  func read(_ event: Event) -> UInt64

  /// Gives the event back. Its last count is lost: read it first, unless it is paused.
  func release(_ event: Event)

  /// What is known of a live event without asking the kernel: nil if it counts as it should, else the reason it does not.
  /// Cheap enough for each pass.
  func knownFailure(of event: Event) -> HostRefusal?

  /// The same, asked of the kernel: for an embedder who looks at a counter's state.
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

/// What a host learns of the virtual CPU that it works for.
public struct HostAttachment: Sendable {
  /// Where notifications go.
  public let mailbox: Mailbox
  /// CPUID vendor strings of the model: a raw encoding means something only on a host of the same vendor.
  public let modelVendors: [String]

  public init(mailbox: Mailbox, modelVendors: [String]) {
    self.mailbox = mailbox
    self.modelVendors = modelVendors
  }
}

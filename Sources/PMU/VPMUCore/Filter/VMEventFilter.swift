import Synchronization
import VPMUModel

/// The event filter of a virtual machine: one, for all its vCPUs.
///
/// Setting it hands each vCPU a reference of its own through the vCPU's mailbox; the vCPU takes it at its next
/// `enter`, without a lock, and looks at all its counters again. Setters wait for each other, vCPUs for nobody.
public final class VMEventFilter: Sendable {
  private struct Audience {
    var current: EventFilter?
    var mailboxes: [Mailbox] = []
  }

  private let audience = Mutex(Audience())

  /// No filter: every event may count.
  public init() {}

  /// Sets the filter for all vCPUs; nil removes it. From any thread.
  public func set(_ filter: EventFilter?) {
    audience.withLock { audience in
      audience.current = filter
      for mailbox in audience.mailboxes { mailbox.post(filter: filter) }
    }
  }

  /// The filter set last.
  public var current: EventFilter? { audience.withLock { $0.current } }

  @usableFromInline
  func attach(_ mailbox: Mailbox) {
    audience.withLock { audience in
      audience.mailboxes.append(mailbox)
      if let current = audience.current { mailbox.post(filter: current) }
    }
  }

  /// After this no filter is posted to `mailbox` any more.
  @usableFromInline
  func detach(_ mailbox: Mailbox) {
    audience.withLock { audience in audience.mailboxes.removeAll { $0.notificationWord == mailbox.notificationWord } }
  }
}

import Locking
import VPMUModel

/// The event filter of a virtual machine: one, for all its vCPUs.
///
/// Setting it hands each vCPU a reference of its own through the vCPU's mailbox; the vCPU takes it at its next
/// `enter`, without a lock, and rechecks all its counters. Setters wait for each other, vCPUs never.
public final class VMEventFilter: Sendable {
  private struct Receivers {
    var current: EventFilter?
    var mailboxes: [OverflowMailbox] = []
  }

  private let receivers = Locked(Receivers())

  /// No filter: every event may count.
  public init() {}

  /// Sets the filter for all vCPUs; nil removes it. From any thread.
  public func set(_ filter: EventFilter?) {
    receivers.withLock { receivers in
      receivers.current = filter
      for mailbox in receivers.mailboxes { mailbox.post(filter: filter) }
    }
  }

  /// The filter set last.
  public var current: EventFilter? { receivers.withLock { $0.current } }

  @usableFromInline
  func attach(_ mailbox: OverflowMailbox) {
    receivers.withLock { receivers in
      receivers.mailboxes.append(mailbox)
      if let current = receivers.current { mailbox.post(filter: current) }
    }
  }

  /// After this no filter is posted to `mailbox` any more.
  @usableFromInline
  func detach(_ mailbox: OverflowMailbox) {
    receivers.withLock { receivers in receivers.mailboxes.removeAll { $0 === mailbox } }
  }
}

/// The simulated host with the manners of a real one.
///
/// It stands around a ``SimulatedHost`` rather than in it: that one stays as fast as it is, and its behaviour the one
/// that the vectors describe.
import SimulatedHost
import VPMUCore
import VPMUModel

/// A deterministic host that faults whoever relies on it, by chances that follow from a seed.
public final class FaultInjectingHost: HostEvents {
  struct EventCondition {
    var pmc = PMCIndex(rawValue: 0)
    var isLive = false
    /// As the core asked for it, whether or not the event counts.
    var isEnabled = false
    /// Why it does not count.
    var stall: HostRefusal?
    var notificationsOfPeriod: UInt64 = 0
  }

  public let base: SimulatedHost
  public var faults: FaultRates
  public internal(set) var calls = HostCalls()
  /// Most events at a time so far.
  public internal(set) var maximumLive = 0

  var conditions = [EventCondition](repeating: EventCondition(), count: SimulatedHost.capacity)
  /// Where the base posts: each of its notifications passes through here.
  let notifications = OverflowMailbox()
  var mailbox: OverflowMailbox?
  var held: UInt64 = 0
  var random: UInt64

  public init(limits: HostLimits, faults: FaultRates, seed: UInt64) {
    base = SimulatedHost(limits: limits)
    self.faults = faults
    random = seed
  }

  public var limits: HostLimits { base.limits }

  public func attach(_ attachment: HostAttachment) {
    mailbox = attachment.mailbox
    base.attach(HostAttachment(mailbox: notifications, modelVendors: attachment.modelVendors))
  }

  /// The guest makes `count` occurrences of an event in one ring.
  public func run(_ code: EventCode, ring: Rings, count: UInt64) {
    base.run(code, ring: ring, count: count)
    for pmc in PMCSet(notifications.takeNotifications()) { interrupt(pmc) }
  }

  /// The notifications that were late come now.
  public func deliverHeldNotifications() {
    for pmc in PMCSet(held) { mailbox?.postNotification(pmc) }
    held = 0
  }

  /// True in `percent` of the cases.
  func happens(_ percent: UInt64) -> Bool { percent != 0 && next() % 100 < percent }

  /// A linear congruential generator: its upper bits.
  func next() -> UInt64 {
    random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return random >> 33
  }

  private func interrupt(_ pmc: PMCIndex) {
    calls.notifications += 1
    let events = conditions.indices.filter {
      conditions[$0].isLive && conditions[$0].isEnabled && conditions[$0].pmc == pmc
    }
    for index in events {
      conditions[index].notificationsOfPeriod += 1
      if let most = faults.throttledAfter, conditions[index].notificationsOfPeriod >= most { stop(index, .throttled) }
    }
    if happens(faults.late) {
      held |= pmc.bit
    } else if happens(faults.lostAndReported) {
      mailbox?.requestRescan()
    } else if !happens(faults.lost) {
      mailbox?.postNotification(pmc)
    }
  }

  func stop(_ index: Int, _ reason: HostRefusal) {
    conditions[index].stall = reason
    base.disable(HostEvent(index: index))
  }

  func revive(_ index: Int) {
    conditions[index].stall = nil
    if conditions[index].isLive && conditions[index].isEnabled { _ = base.resume(HostEvent(index: index)) }
  }
}

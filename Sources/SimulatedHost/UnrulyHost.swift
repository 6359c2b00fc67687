/// The simulated host with the manners of a real one.
///
/// It stands around a ``SimulatedHost`` rather than in it: that one stays as fast as it is, and its behaviour the one that the
/// vectors describe.
import VPMUCore
import VPMUModel

/// A deterministic host that troubles whoever relies on it, by chances that follow from a seed.
public final class UnrulyHost: HostEvents {
  public typealias Event = SimulatedHost.Event

  struct Fate {
    var pmc = PMCIndex(rawValue: 0)
    var isLive = false
    /// As the core asked for it, whether or not the event counts.
    var isEnabled = false
    /// Why it does not count.
    var stall: HostRefusal?
    var noticesOfPeriod: UInt64 = 0
  }

  public let base: SimulatedHost
  public var troubles: HostTroubles
  public internal(set) var calls = HostCalls()
  /// Most events at a time so far.
  public internal(set) var mostLive = 0

  var fates = [Fate](repeating: Fate(), count: SimulatedHost.capacity)
  /// Where the base posts: each of its notices passes through here.
  let alarms = Mailbox()
  var mailbox: Mailbox?
  var held: UInt64 = 0
  var random: UInt64

  public init(limits: HostLimits, troubles: HostTroubles, seed: UInt64) {
    base = SimulatedHost(limits: limits)
    self.troubles = troubles
    random = seed
  }

  deinit { alarms.deallocate() }

  public var limits: HostLimits { base.limits }

  public func attach(_ attachment: HostAttachment) {
    mailbox = attachment.mailbox
    base.attach(HostAttachment(mailbox: alarms, modelVendors: attachment.modelVendors))
  }

  /// The guest makes `count` occurrences of an event in one ring.
  public func run(_ code: EventCode, ring: Rings, count: UInt64) {
    base.run(code, ring: ring, count: count)
    for pmc in PMCSet(alarms.takeNotices()) { interrupt(pmc) }
  }

  /// The notices that were late come now.
  public func deliverHeldNotices() {
    for pmc in PMCSet(held) { mailbox?.postNotice(pmc) }
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
    calls.notices += 1
    let events = fates.indices.filter { fates[$0].isLive && fates[$0].isEnabled && fates[$0].pmc == pmc }
    for index in events {
      fates[index].noticesOfPeriod += 1
      if let most = troubles.throttledAfter, fates[index].noticesOfPeriod >= most { stop(index, .throttled) }
    }
    if happens(troubles.late) {
      held |= pmc.bit
    } else if happens(troubles.lostAndTold) {
      mailbox?.postLostNotices()
    } else if !happens(troubles.lost) {
      mailbox?.postNotice(pmc)
    }
  }

  func stop(_ index: Int, _ reason: HostRefusal) {
    fates[index].stall = reason
    base.suspend(Event(index: Int32(index)))
  }

  func revive(_ index: Int) {
    fates[index].stall = nil
    if fates[index].isLive && fates[index].isEnabled { _ = base.resume(Event(index: Int32(index))) }
  }
}

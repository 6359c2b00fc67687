import Synchronization
import VPMUCore
import VPMUModel

extension SimulatedHost {
  @inlinable
  public func create(_ request: EventRequest) throws(HostRefusal) -> HostEvent {
    if table.pointee.refusals > 0 {
      table.pointee.refusals &-= 1
      throw .busy
    }
    if let refusal = refusal(of: request) { throw refusal }
    let index = (~table.pointee.used).trailingZeroBitCount
    guard index < Self.capacity else { throw .capacity }
    table.pointee.used |= 1 &<< UInt64(index)
    var slot = Slot()
    slot.code = request.code
    slot.rings = request.rings
    slot.pmc = request.pmc
    slot.isEnabled = true
    slot.period = request.period
    slot.left = request.period
    slots[index] = slot
    return HostEvent(index: index)
  }

  @inlinable
  public func setPeriod(_ period: UInt64, of event: HostEvent) -> Bool {
    guard period != 0, period &>> 63 == 0 else { return false }
    let slot = slots + event.index
    slot.pointee.period = period
    slot.pointee.left = period
    return true
  }

  @inlinable
  public func pauseAndReset(_ event: HostEvent) -> UInt64 {
    let slot = slots + event.index
    let count = slot.pointee.count
    slot.pointee.isEnabled = false
    slot.pointee.count = 0
    return count
  }

  @inlinable
  public func disable(_ event: HostEvent) { slots[event.index].isEnabled = false }

  @inlinable
  public func assign(_ event: HostEvent, to pmc: PMCIndex) { slots[event.index].pmc = pmc }

  @inlinable
  public func resume(_ event: HostEvent) -> Bool {
    slots[event.index].isEnabled = true
    return true
  }

  @inlinable
  public func read(_ event: HostEvent) -> UInt64 { slots[event.index].count }

  @inlinable
  public func release(_ event: HostEvent) {
    slots[event.index].isEnabled = false
    table.pointee.used &= ~(1 &<< UInt64(event.index))
  }

  /// The guest makes `count` occurrences of an event in one ring. An event gives at most one notification for one run.
  @inlinable
  public func run(_ code: EventCode, ring: Rings, count: UInt64) {
    var live = table.pointee.used
    while live != 0 {
      let slot = slots + live.trailingZeroBitCount
      live &= live &- 1
      guard slot.pointee.isEnabled, slot.pointee.code == code, !slot.pointee.rings.isDisjoint(with: ring) else {
        continue
      }
      advance(slot, by: count)
    }
  }

  /// The event of one counter counts `count`, whatever it is for: a recorded run.
  @inlinable
  public func run(_ pmc: PMCIndex, count: UInt64) {
    var live = table.pointee.used
    while live != 0 {
      let slot = slots + live.trailingZeroBitCount
      live &= live &- 1
      if slot.pointee.isEnabled, slot.pointee.pmc == pmc { advance(slot, by: count) }
    }
  }

  /// Occurrences of an event in one ring until a notification: 1 or more. Nil: no enabled event counts it.
  public func occurrencesToNotification(of code: EventCode, ring: Rings) -> UInt64? {
    var nearest: UInt64?
    var live = table.pointee.used
    while live != 0 {
      let slot = slots + live.trailingZeroBitCount
      live &= live &- 1
      if slot.pointee.isEnabled, slot.pointee.code == code, !slot.pointee.rings.isDisjoint(with: ring) {
        nearest = min(nearest ?? .max, slot.pointee.left)
      }
    }
    return nearest
  }

  @inlinable
  func advance(_ slot: UnsafeMutablePointer<Slot>, by count: UInt64) {
    slot.pointee.count &+= count
    guard count >= slot.pointee.left else {
      slot.pointee.left &-= count
      return
    }
    let (excess, period) = (count &- slot.pointee.left, slot.pointee.period)
    slot.pointee.left = period &- (excess < period ? excess : excess % period)
    if let word = table.pointee.notifications { word.pointee.bitwiseOr(slot.pointee.pmc.bit, ordering: .releasing) }
  }
}

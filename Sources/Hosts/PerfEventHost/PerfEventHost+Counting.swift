import CLinux
import CLibc
import VPMUCore
import VPMUModel

extension PerfEventHost {
  public func pauseAndReset(_ event: HostEvent) -> UInt64 {
    let slot = slots + event.index
    guard let descriptor = slot.pointee.descriptor else { return 0 }
    disable(event)
    look(at: slot, descriptor)
    let count = slot.pointee.count
    slot.pointee.rebase()
    // Whatever enables a stopped event again also lets it go on.
    slot.pointee.isThrottled = false
    return count
  }

  public func disable(_ event: HostEvent) {
    let slot = slots + event.index
    guard let descriptor = slot.pointee.descriptor, slot.pointee.isEnabled else { return }
    slot.pointee.wasOnCounter = slot.pointee.page?.isOnCounter ?? false
    try? descriptor.disable()
    slot.pointee.isEnabled = false
    budget.disable(slot.pointee.generic)
  }

  /// Asks nothing of the kernel: the entry that the signal's handler looks up is changed.
  public func assign(_ event: HostEvent, to pmc: PMCIndex) {
    guard let notificationWord, options.signal != nil, let descriptor = slots[event.index].descriptor else {
      return
    }
    // It had an entry, so its number is not too high.
    _ = clinux_notification_register(descriptor.fd, notificationWord, pmc.bit)
  }

  public func resume(_ event: HostEvent) -> Bool {
    let slot = slots + event.index
    guard let descriptor = slot.pointee.descriptor, !slot.pointee.isEnabled else { return true }
    guard budget.admits(slot.pointee.generic) else { return false }
    do throws(Errno) {
      try descriptor.enable()
    } catch {
      return false
    }
    // The kernel lets a stopped event go on when it is enabled. What it wrote before that is not to be taken for later.
    takeRecords(slot)
    slot.pointee.isThrottled = false
    slot.pointee.isEnabled = true
    budget.enable(slot.pointee.generic)
    return true
  }

  public func read(_ event: HostEvent) -> UInt64 {
    let slot = slots + event.index
    guard let descriptor = slot.pointee.descriptor else { return 0 }
    look(at: slot, descriptor)
    return slot.pointee.count
  }

  public func knownFailure(of event: HostEvent) -> HostRefusal? {
    let slot = slots + event.index
    takeRecords(slot)
    return slot.pointee.isThrottled ? .throttled : slot.pointee.failure
  }

  public func queryFailure(of event: HostEvent) -> HostRefusal? {
    let slot = slots + event.index
    if let descriptor = slot.pointee.descriptor {
      takeRecords(slot)
      ask(descriptor, of: slot)
    }
    return slot.pointee.isThrottled ? .throttled : slot.pointee.failure
  }

  private func look(at slot: UnsafeMutablePointer<EventSlot>, _ descriptor: EventDescriptor) {
    // First: an event that the kernel stopped is not to be taken for dead.
    takeRecords(slot)
    if !slot.pointee.glance() { ask(descriptor, of: slot) }
  }

  private func ask(_ descriptor: EventDescriptor, of slot: UnsafeMutablePointer<EventSlot>) {
    do throws(Errno) {
      slot.pointee.look(try descriptor.read())
    } catch {
      slot.pointee.failure = HostRefusal(errno: error.code)
    }
  }

  /// Takes what the kernel wrote of throttling, into this event's own ring or into the host's. A plain load each, if
  /// there is nothing.
  func takeRecords(_ slot: UnsafeMutablePointer<EventSlot>) {
    if var page = slot.pointee.page {
      // The only event that writes there, whatever its number.
      page.drain { take($0) { _, isThrottled in slot.pointee.isThrottled = isThrottled } }
      slot.pointee.page = page
    }
    throttleWatch?.drain { take($0, setThrottled) }
  }

  private func take(_ record: PerfRecord, _ setThrottled: (UInt64, Bool) -> Void) {
    switch record {
    case .throttled(let id):
      throttlings &+= 1
      setThrottled(id, true)
    case .unthrottled(let id): setThrottled(id, false)
    case .lost(let number): lostRecords &+= number
    }
  }

  private func setThrottled(_ id: UInt64, _ isThrottled: Bool) {
    var used = ~freeSlots
    while used != 0 {
      let slot = slots + used.trailingZeroBitCount
      used &= used &- 1
      if slot.pointee.id == id, slot.pointee.descriptor != nil { slot.pointee.isThrottled = isThrottled }
    }
  }
}

import CLinux
import CLibc
import VPMUCore

extension PerfEventHost {
  /// Some processors have a shortest period for some events: 32 or 128.
  private static let longerPeriods: [UInt64] = [32, 128, 256]

  public func setPeriod(_ period: UInt64, of event: HostEvent) -> Bool {
    guard period != 0, period >> 63 == 0 else { return false }
    let slot = slots + event.index
    guard let descriptor = slot.pointee.descriptor else { return true }
    charge(&slot.pointee)
    guard setPeriod(period, of: descriptor, shortest: slot.pointee.shortestPeriod) else { return false }
    // A running event that the kernel had stopped goes on with its new period. What it wrote before that is not to be
    // taken for later.
    takeRecords(slot)
    slot.pointee.isThrottled = false
    return true
  }

  /// A period that is too short is made longer: a late overflow is better than a counter that does not count.
  func setPeriod(_ period: UInt64, of descriptor: EventDescriptor, shortest: UInt64) -> Bool {
    // Time alone pays debts.
    if interruptBudget?.isOverdrawn == true { interruptBudget?.charge(0, at: SystemCall.monotonicTime()) }
    let affordable = interruptBudget?.shortestPeriod(usual: shortest) ?? shortest
    let wanted = max(period, affordable)
    if accepts(descriptor, wanted) {
      if period < shortest { adjustedPeriods &+= 1 }
      if wanted > max(period, shortest) { latePeriods &+= 1 }
      return true
    }
    for longer in Self.longerPeriods where longer > wanted {
      if accepts(descriptor, longer) {
        adjustedPeriods &+= 1
        return true
      }
    }
    return false
  }

  /// Charges the budget for the interrupts of this event since the last time.
  func charge(_ slot: inout EventSlot) {
    guard interruptBudget != nil, let descriptor = slot.descriptor else { return }
    let notifications = clinux_notifications_of(descriptor.fd)
    let new = notifications &- slot.notifications
    guard new != 0 else { return }
    slot.notifications = notifications
    interruptBudget?.charge(new, at: SystemCall.monotonicTime())
  }

  /// In events; below 2^63.
  func shortestPeriod(of event: KernelEvent) -> UInt64 {
    guard let chosen = options.minimumPeriod else { return event.shortestPeriod }
    return min(max(chosen, 2), 1 << 62)
  }

  private func accepts(_ descriptor: EventDescriptor, _ period: UInt64) -> Bool {
    do throws(Errno) {
      try descriptor.setPeriod(period)
      return true
    } catch {
      return false
    }
  }
}

extension Errno {
  /// What the kernel says of a period that it does not take.
  static let invalidPeriod = Errno(EINVAL)
}

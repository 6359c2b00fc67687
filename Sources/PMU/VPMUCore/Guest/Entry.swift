import CVPMU
import Synchronization
import VPMUModel

/// The work that is deferred until the guest runs. KVM: `kvm_pmu_handle_event`.
extension VirtualPMU {
  /// Right before the guest runs: takes notifications and a new filter, reprograms each marked counter once, releases
  /// unused host events once per time slice, and says whether a PMI is due.
  ///
  /// A host that refuses an event does not stall the guest: the counter is tried again when something else requests
  /// work.
  ///
  /// - Throws: ``VPMUError/wrongThread``
  @inlinable @inline(__always)
  public func enter() throws(VPMUError) -> EntryAction {
    try checkThread()
    let due =
      notificationWord.pointee.load(ordering: .relaxed) | liveState.fields.reprogram | block.pointee.requests.recheck
      | UInt64(liveState.fields.pmi_pending | liveState.fields.need_cleanup) | Policy.pending(on: events)
    return due == 0 ? .run : handleEntry()
  }

  @inlinable @inline(never)
  func handleEntry() -> EntryAction {
    let posted = notificationWord.pointee.load(ordering: .relaxed)
    if posted | Policy.polled(on: events) != 0 {
      handleNotifications(isEntry: true)
      if mailbox.hasFilter { takeFilter() }
    }
    handleRequests()
    guard liveState.fields.pmi_pending != 0 else { return .run }
    liveState.fields.pmi_pending = 0
    model.deliverPMI(liveState)
    // Changes by a PMI, such as a freeze, hold for the guest's handler.
    if liveState.fields.reprogram != 0 {
      updateLocallyEnabled()
      handleRequests()
    }
    return .injectPMI
  }

  @usableFromInline
  func takeFilter() {
    guard let filter = mailbox.takeFilter() else { return }
    block.pointee.filter = filter
    block.pointee.requests.recheck |= valid
  }

  @inlinable @inline(__always)
  func handleRequests() {
    if (liveState.fields.reprogram | block.pointee.requests.recheck | block.pointee.requests.emulated) != 0
      || liveState.fields.need_cleanup != 0
    {
      reprogramMarkedCounters()
      if liveState.fields.need_cleanup != 0 { cleanup() }
      // An event that overflowed while it was being stopped has posted its notification by now.
      takeNotifications()
    }
    Policy.requestsHandled(on: events)
  }

  @inlinable @inline(__always)
  func reprogramMarkedCounters() {
    let enabled = enabled
    let marked =
      (liveState.fields.reprogram | block.pointee.requests.recheck | block.pointee.requests.emulated
        | liveState.fields.retry
        | failing) & valid
    // A counter that neither counted nor is to count needs nothing: a write of the global control register marks them
    // all.
    let concerned = enabled | block.pointee.counting | block.pointee.requests.emulated | liveState.fields.retry
    liveState.fields.reprogram = 0
    block.pointee.requests.recheck = 0
    let allowed = allowed(marked & enabled)
    for pmc in PMCSet(marked & concerned) { reprogram(pmc, counts: allowed & pmc.bit != 0) }
  }
}

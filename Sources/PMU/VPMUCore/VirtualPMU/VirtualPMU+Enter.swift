import CVPMU
import VPMUModel

/// What is put off until the guest runs.
extension VirtualPMU {
  /// Right before the guest runs: takes notifications and a new filter, looks once at each counter that something changed
  /// for, gives back unused host events once per time slice, and says whether a PMI is due.
  ///
  /// A host that refuses an event does not stall the guest: the counter is tried again at the next pass that something
  /// else asks for.
  ///
  /// - Throws: ``VPMUError/wrongThread``
  @inlinable
  public func enter() throws(VPMUError) -> EntryAction {
    try checkThread()
    takeNotifications(isPassNext: true)
    if mailbox.hasFilter { takeFilter() }
    if (state.pointee.reprogram | book.pointee.revisit) != 0 || state.pointee.need_cleanup != 0 { pass() }
    if book.pointee.rearm != 0 { rearm() }
    guard state.pointee.pmi_pending != 0 else { return .run }
    state.pointee.pmi_pending = 0
    model.deliverPMI(state)
    // What a PMI changes, such as a freeze, holds for the guest's handler.
    if state.pointee.reprogram != 0 {
      pass()
      if book.pointee.rearm != 0 { rearm() }
    }
    return .injectPMI
  }

  /// A new time slice of this vCPU begins. Host events that the slice before neither used nor enabled are given back at
  /// the next ``enter()``. While there are no host events this does nothing: a guest that does not use its PMU pays
  /// nothing.
  ///
  /// - Throws: ``VPMUError/wrongThread``
  @inlinable
  public func scheduledIn() throws(VPMUError) {
    try checkThread()
    if statisticsPointer.pointee.live != 0 { state.pointee.need_cleanup = 1 }
  }

  @usableFromInline
  func takeFilter() {
    guard let filter = mailbox.takeFilter() else { return }
    book.pointee.filter = filter
    book.pointee.revisit |= valid
  }

  @inlinable
  func pass() {
    let marked =
      (state.pointee.reprogram | book.pointee.revisit | state.pointee.retry | failing) & valid
    state.pointee.reprogram = 0
    book.pointee.revisit = 0
    book.pointee.rearm &= ~marked
    for pmc in PMCSet(marked) { reprogram(pmc) }
    if state.pointee.need_cleanup != 0 { cleanup() }
    // An event that overflowed while the pass stopped it has posted its notification by now.
    takeNotifications()
    if Policy.pausesSoftly { forgetLooks() }
  }

  /// Counters whose running event is known not to count: they are tried again with each pass, like refused ones.
  @inlinable
  var failing: UInt64 {
    var failing: UInt64 = 0
    for pmc in PMCSet(valid) {
      if let event = slot(pmc).pointee.running, host.knownFailure(of: event) != nil { failing |= pmc.bit }
    }
    return failing
  }

  /// Once per time slice: counters that are not in use and not locally enabled give their host events back.
  @inlinable
  func cleanup() {
    state.pointee.need_cleanup = 0
    for pmc in PMCSet(valid & ~state.pointee.in_use) where !isLocallyEnabled(pmc) {
      fold(pmc, Policy.retire(&slot(pmc).pointee, pmc, on: events))
    }
    if Policy.pausesSoftly { suspendStopped() }
    Policy.endSlice(wasUsed: state.pointee.in_use != 0, on: events)
    state.pointee.in_use = 0
    model.cleanup(state)
  }
}

import CVPMU
import VPMUModel

/// For embedders. Nothing here changes what the guest sees.
extension VirtualPMU {
  /// Whether a counter counts, and if not why. Asks the host, so it may cost a system call.
  ///
  /// - Throws: ``VPMUError/wrongThread``
  public func counterState(_ pmc: PMCIndex) throws(VPMUError) -> CounterState {
    try checkThread()
    guard enabled & pmc.bit != 0 else { return .off }
    guard isAllowed(pmc) else { return .filtered }
    let counter = counter(pmc).pointee
    if let refusal = counter.refusal { return .notCounting(refusal) }
    guard counter.phase == .counting else { return .pending }
    if let failure = host.queryFailure(of: counter.event) { return .notCounting(failure) }
    return .counting(counter.quality)
  }

  /// The event that a counter is programmed for, enabled or not; nil: there is no such counter.
  ///
  /// - Throws: ``VPMUError/wrongThread``
  public func programmedEvent(_ pmc: PMCIndex) throws(VPMUError) -> EventCode? {
    try checkThread()
    guard pmc.bit & valid != 0 else { return nil }
    let selector =
      pmc.isFixed ? model._findFixedEvent(pmc.number, liveState.view).select : fields(pmc).pointee.selector
    return EventCode(selector: selector, mask: eventSelectMask)
  }

  /// The counters that exist.
  public var existingCounters: PMCSet { PMCSet(valid) }

  /// Host events so far.
  @inlinable
  public var statistics: HostEventStatistics { block.pointee.statistics }

  /// Refused host events so far, by reason.
  public var refusals: RefusalCounts { block.pointee.refusals }

  /// A copy of the guest-visible and pending state.
  public var state: PMUSnapshot { PMUSnapshot(liveState.fields) }
}

/// A copy of the state of a virtual CPU's PMU: what the guest's registers hold. Counts of live host events are not in
/// it.
public struct PMUSnapshot: Sendable {
  /// The fields by their names in `vpmu_plugin.h`.
  public let fields: vpmu_state

  init(_ fields: vpmu_state) { self.fields = fields }

  /// Bits of a general-purpose and of a fixed counter, as the guest's CPUID shows them.
  public var counterWidths: (generalPurpose: UInt32, fixed: UInt32) {
    (UInt32(fields.gp_mask.nonzeroBitCount), UInt32(fields.fixed_mask.nonzeroBitCount))
  }

  /// What the guest's CPU has.
  public var features: ModelFeatures { ModelFeatures(rawValue: fields.features) }
}

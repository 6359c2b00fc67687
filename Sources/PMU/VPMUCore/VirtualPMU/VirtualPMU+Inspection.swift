import VPMUModel

/// What an embedder may want to know. Nothing here changes what the guest sees.
extension VirtualPMU {
  /// Whether a counter counts, and if not why. Asks the host, so it may cost a system call.
  ///
  /// - Throws: ``VPMUError/wrongThread``
  public func counterState(_ pmc: PMCIndex) throws(VPMUError) -> CounterState {
    try checkThread()
    guard pmc.bit & valid != 0, isGloballyEnabled(pmc), isLocallyEnabled(pmc) else { return .off }
    guard isAllowed(pmc) else { return .filtered }
    let slot = slot(pmc).pointee
    if let refusal = slot.refusal { return .notCounting(refusal) }
    guard let event = slot.running else { return .pending }
    if let shortfall = host.queryFailure(of: event) { return .notCounting(shortfall) }
    return .counting(slot.quality)
  }

  /// The counters that exist.
  public var counters: PMCSet { PMCSet(valid) }

  /// Host events so far.
  @inlinable
  public var statistics: HostEventStatistics { statisticsPointer.pointee }
}

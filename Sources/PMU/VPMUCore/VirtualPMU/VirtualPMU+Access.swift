import CVPMU
import VPMUModel

/// The guest's accesses.
///
/// WRMSR, the most frequent one, is inlined by order: as its work is put off, the call would cost more than the rest of it.
extension VirtualPMU {
  /// WRMSR. Counters change what they count at the next ``enter()``.
  ///
  /// - Parameter origin: `.host` for the VMM's own access (restore), which some registers treat differently
  /// - Throws: ``VPMUError/wrongThread``
  @inlinable @inline(__always)
  public func writeMSR(_ msr: MSRNumber, _ value: UInt64, origin: AccessOrigin = .guest) throws(VPMUError)
    -> WriteAnswer
  {
    try checkThread()
    // What overflowed before this write is judged before it: the write's own mark would hide it.
    takeNotifications()
    // A write to a counter's MSR keeps its host event for this time slice, whatever becomes of the write.
    if let pmc = model.pmcMarked(by: msr, state) {
      guard pmc.bit & valid != 0 else { return fault(.register(msr)) }
      state.pointee.in_use |= pmc.bit
    }
    let answer = model.setMSR(msr, value, origin: origin, state)
    switch Int(answer.status) {
    case VPMU_DONE: return .done
    case VPMU_COUNTER:
      guard exists(answer.pmc) else { return fault(.counter(answer.pmc, msr: msr)) }
      writeCounter(PMCIndex(rawValue: answer.pmc), answer.value)
      return .done
    case VPMU_FAULT: return .generalProtection
    case VPMU_UNHANDLED: return .unhandled
    default: return fault(.status(answer.status, msr: msr))
    }
  }

  /// RDMSR.
  ///
  /// - Throws: ``VPMUError/wrongThread``
  @inlinable
  public func readMSR(_ msr: MSRNumber, origin: AccessOrigin = .guest) throws(VPMUError) -> ReadAnswer {
    try checkThread()
    // GLOBAL_STATUS shows overflows up to now.
    takeNotifications()
    let answer = model.getMSR(msr, origin: origin, state)
    switch Int(answer.status) {
    case VPMU_DONE: return .value(answer.value)
    case VPMU_COUNTER:
      guard exists(answer.pmc) else { return fault(.counter(answer.pmc, msr: msr)) }
      return .value(readCounter(PMCIndex(rawValue: answer.pmc)))
    case VPMU_FAULT: return .generalProtection
    case VPMU_UNHANDLED: return .unhandled
    default: return fault(.status(answer.status, msr: msr))
    }
  }

  /// RDPMC. Answers #GP for a selector that names no counter, and outside ring 0 unless CR4.PCE is set.
  ///
  /// - Parameters:
  ///   - cpl: current privilege level, 0 to 3
  ///   - cr4PCE: CR4.PCE
  ///   - protectedMode: CR0.PE; in real mode RDPMC is always allowed
  /// - Throws: ``VPMUError/wrongThread``
  @inlinable
  public func readPMC(
    _ ecx: RDPMCSelector, cpl: UInt8, cr4PCE: Bool, protectedMode: Bool = true
  ) throws(VPMUError) -> ReadAnswer {
    try checkThread()
    let early = model.earlyRDPMCStatus(ecx, state)
    guard early == VPMU_DONE else {
      return early == VPMU_FAULT ? .generalProtection : fault(.earlyStatus(early, ecx))
    }
    guard let pmc = model.rdpmcECXToPMC(ecx, state) else { return .generalProtection }
    guard pmc.bit & valid != 0 else { return fault(.selector(ecx)) }
    guard cr4PCE || cpl == 0 || !protectedMode else { return .generalProtection }
    return .value(readCounter(pmc))
  }

  /// The counter's value now: base, live host count and emulated counts.
  @inlinable
  func readCounter(_ pmc: PMCIndex) -> UInt64 {
    let counter = self.counter(pmc)
    var value = counter.pointee.base &+ counter.pointee.emulated
    if let event = slot(pmc).pointee.running { value &+= host.read(event) &- slot(pmc).pointee.origin }
    return value & widthMask(pmc)
  }

  /// Stores a value without stopping the host event: the base moves so that the value reads back as written, and a
  /// running event gets the period that leads to the new overflow.
  @inlinable
  func writeCounter(_ pmc: PMCIndex, _ value: UInt64) {
    let counter = self.counter(pmc)
    let mask = widthMask(pmc)
    counter.pointee.emulated = 0
    guard let event = slot(pmc).pointee.running else {
      counter.pointee.base = value & mask
      return
    }
    let count = host.read(event)
    let live = overtaken(pmc, at: count) ? 0 : count &- slot(pmc).pointee.origin
    counter.pointee.base = (value &- live) & mask
    // From the written value, not from the moved base: the overflow comes when the counter wraps.
    let period = Self.period(to: value & mask, mask)
    if Policy.move(&slot(pmc).pointee, to: period, at: count, on: events) { book.pointee.rearm |= pmc.bit }
  }

  /// Events from `value` to the counter's overflow: at least 1, and 2^width from 0, but no more than a host can set.
  @inlinable
  static func period(to value: UInt64, _ mask: UInt64) -> UInt64 {
    let distance = (0 &- value) & mask
    return distance == 0 ? min(mask &+ 1, .max >> 1) : distance
  }
}

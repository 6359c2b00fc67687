import CVPMU
import VPMUModel

/// One counter before the guest runs: pause, accumulate, resume or create. KVM: `reprogram_counter`.
///
/// `reprogram` is forced inline: left to the heuristics it is sometimes outlined, which costs a sixth of an access.
extension VirtualPMU {
  @inlinable @inline(__always)
  func reprogram(_ pmc: PMCIndex, counts: Bool) {
    let counter = counter(pmc)
    let wasRefused = liveState.fields.retry & pmc.bit != 0
    if wasRefused {
      liveState.fields.retry &= ~pmc.bit
      counter.pointee.refusal = nil
    }

    accumulate(pmc, Policy.stop(&counter.pointee, pmc, on: events))
    block.pointee.counting &= ~pmc.bit
    guard counts else { return }

    let configuration = configuration(of: pmc)
    // Emulated counts overflow with or without a host event.
    let others = liveState.fields.interrupts & ~pmc.bit
    liveState.fields.interrupts = configuration.interrupts ? others | pmc.bit : others
    if Policy.resume(&counter.pointee, configuration, on: events)
      || useAnotherEvent(pmc, configuration, wasRefused: wasRefused)
    {
      block.pointee.counting |= pmc.bit
    }
  }

  @inlinable @inline(__always)
  func configuration(of pmc: PMCIndex) -> CounterConfiguration {
    let fields = fields(pmc)
    let value = pmc.isFixed ? liveState.view.fixedControl(pmc.number) : fields.pointee.selector
    let interrupts = value & (pmc.isFixed ? VPMU_FIXED_INTERRUPT : VPMU_SELECT_INTERRUPT) != 0
    return CounterConfiguration(
      pmc: pmc, value: value, period: Self.period(to: fields.pointee.base, widthMask(pmc)), interrupts: interrupts)
  }

  /// Adds the counts of the host event, then the emulated counts, to the counter's base, and records an overflow.
  ///
  /// A host event that reached its period has overflowed, with or without a notification: the signal may be late, and a
  /// host may not be able to set so short a period. Emulated counts that wrap the counter are an overflow also if it
  /// was stopped since: it wrapped while it counted.
  @inlinable @inline(__always)
  func accumulate(_ pmc: PMCIndex, _ counted: UInt64) {
    let fields = fields(pmc)
    let emulated = fields.pointee.emulated
    guard counted | emulated != 0 else { return }
    let counter = counter(pmc)
    if counted >= counter.pointee.distance, !counter.pointee.overflowIsLatched {
      counter.pointee.overflowIsLatched = true
      recordOverflow(pmc)
    }
    let mask = widthMask(pmc)
    let value = (fields.pointee.base &+ counted) & mask
    fields.pointee.base = (value &+ emulated) & mask
    guard emulated != 0 else { return }
    fields.pointee.emulated = 0
    block.pointee.requests.emulated &= ~pmc.bit
    if emulated > mask &- value { recordOverflow(pmc) }
  }

  /// The counter wrapped: its status bit is set whether or not it interrupts.
  @inlinable
  func recordOverflow(_ pmc: PMCIndex) {
    liveState.fields.global_status |= pmc.bit
    if liveState.fields.interrupts & pmc.bit != 0 { liveState.fields.pmi_pending = 1 }
  }

  /// Events from `value` to the counter's overflow: at least 1, and 2^width from 0, but no more than a host can set.
  @inlinable
  static func period(to value: UInt64, _ mask: UInt64) -> UInt64 {
    let distance = (0 &- value) & mask
    return distance == 0 ? min(mask &+ 1, .max >> 1) : distance
  }
}

import CVPMU
import VPMUModel

/// The guest's accesses.
///
/// What the tables say is forced inline: as the work of most accesses is deferred, calls would cost more than the rest
/// of it.
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
    takeNotifications()
    return block.pointee.callbacks.contains(.registers)
      ? writeByModel(msr, value, origin) : writeByTables(msr, value, origin)
  }

  /// RDMSR.
  ///
  /// - Throws: ``VPMUError/wrongThread``
  @inlinable @inline(__always)
  public func readMSR(_ msr: MSRNumber, origin: AccessOrigin = .guest) throws(VPMUError) -> ReadAnswer {
    try checkThread()
    // The status register shows overflows up to now.
    takeNotifications()
    return block.pointee.callbacks.contains(.registers) ? readByModel(msr, origin) : readByTables(msr)
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
    let named: PMCIndex?
    if block.pointee.callbacks.contains(.selectors) {
      let early = model._checkRDPMCEarly(ecx, liveState.view)
      guard early == VPMU_DONE else {
        return early == VPMU_FAULT ? .generalProtection : fault(.earlyStatus(early, ecx))
      }
      named = model._rdpmcECXToPMC(ecx, liveState.view)
    } else {
      named = registers.pmc(selector: ecx, liveState.view)
    }
    guard let pmc = named else { return .generalProtection }
    guard pmc.bit & valid != 0 else { return fault(.selector(ecx)) }
    guard cr4PCE || cpl == 0 || !protectedMode else { return .generalProtection }
    return .value(readCounter(pmc))
  }
}

/// Accesses to registers: by the model's tables, or by its callbacks.
extension VirtualPMU {
  @inlinable @inline(__always)
  func writeByTables(_ msr: MSRNumber, _ value: UInt64, _ origin: AccessOrigin) -> WriteAnswer {
    let entry = registers.find(msr)
    guard entry.pointee.exists(liveState.view) else { return finish(entry.pointee.absence, msr) }
    // A write to a counter's MSR keeps its host event for this time slice, also if it is answered #GP.
    liveState.fields.in_use |= entry.pointee.marked
    return finish(registers.writeExisting(entry, value, origin: origin, liveState), msr)
  }

  @inlinable @inline(__always)
  func readByTables(_ msr: MSRNumber) -> ReadAnswer {
    finish(registers.read(registers.find(msr), liveState.view), msr)
  }

  @inlinable @inline(never)
  func readByModel(_ msr: MSRNumber, _ origin: AccessOrigin) -> ReadAnswer {
    finish(model._getMSR(msr, origin: origin, liveState.view), msr)
  }

  @inlinable @inline(never)
  func writeByModel(_ msr: MSRNumber, _ value: UInt64, _ origin: AccessOrigin) -> WriteAnswer {
    if let pmc = model._msrIndexToPMC(msr, liveState.view) {
      guard pmc.bit & valid != 0 else { return fault(.register(msr)) }
      liveState.fields.in_use |= pmc.bit
    }
    let answer: WriteAnswer = finish(model._setMSR(msr, value, origin: origin, liveState), msr)
    updateLocallyEnabled()
    return answer
  }

  /// Carries out the answer to a read.
  @inlinable @inline(__always)
  func finish(_ answer: ModelAnswer, _ msr: MSRNumber) -> ReadAnswer {
    switch answer.status {
    case VPMU_DONE: return .value(answer.value)
    case VPMU_COUNTER:
      guard exists(answer.pmc) else { return fault(.counter(answer.pmc, msr: msr)) }
      return .value(readCounter(PMCIndex(rawValue: answer.pmc)))
    case VPMU_FAULT: return .generalProtection
    case VPMU_UNHANDLED: return .unhandled
    default: return fault(.status(answer.status, msr: msr))
    }
  }

  /// Carries out the answer to a write.
  @inlinable @inline(__always)
  func finish(_ answer: ModelAnswer, _ msr: MSRNumber) -> WriteAnswer {
    switch answer.status {
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
}

import CLibVPMU
import TraceFormat
import VPMUCore
import VPMUModel

// The guest's accesses and the vCPU's entries. Nothing here counts references, and nothing allocates while no trace is
// written.

@c @implementation
public func vpmu_wrmsr(_ cpu: OpaquePointer!, _ msr: UInt32, _ value: UInt64, _ flags: UInt32) -> Int32 {
  guard let cpu, flags & ~UInt32(VPMU_ACCESS_HOST) == 0 else { return VPMU_ERROR_ARGUMENT.rawValue }
  return Handle.with(cpu, VCPU.self) { cpu in
    cpu.writeMSR(msr, value, origin: flags == 0 ? .guest : .host)
  }
}

@c @implementation
public func vpmu_rdmsr(
  _ cpu: OpaquePointer!, _ msr: UInt32, _ flags: UInt32, _ value: UnsafeMutablePointer<UInt64>!
) -> Int32 {
  guard let cpu, let value, flags & ~UInt32(VPMU_ACCESS_HOST) == 0 else { return VPMU_ERROR_ARGUMENT.rawValue }
  return Handle.with(cpu, VCPU.self) { cpu in
    cpu.readMSR(msr, origin: flags == 0 ? .guest : .host, value)
  }
}

@c @implementation
public func vpmu_rdpmc(
  _ cpu: OpaquePointer!, _ ecx: UInt32, _ cpl: UInt32, _ flags: UInt32, _ value: UnsafeMutablePointer<UInt64>!
) -> Int32 {
  let known = UInt32(VPMU_RDPMC_CR4_PCE | VPMU_RDPMC_REAL_MODE)
  guard let cpu, let value, cpl <= 3, flags & ~known == 0 else { return VPMU_ERROR_ARGUMENT.rawValue }
  return Handle.with(cpu, VCPU.self) { cpu in
    cpu.readPMC(
      ecx, cpl: UInt8(truncatingIfNeeded: cpl), cr4PCE: flags & UInt32(VPMU_RDPMC_CR4_PCE) != 0,
      protectedMode: flags & UInt32(VPMU_RDPMC_REAL_MODE) == 0, value)
  }
}

@c @implementation
public func vpmu_enter(_ cpu: OpaquePointer!) -> Int32 {
  guard let cpu else { return VPMU_ERROR_ARGUMENT.rawValue }
  return Handle.with(cpu, VCPU.self) { cpu in cpu.enter() }
}

@c @implementation
public func vpmu_scheduled_in(_ cpu: OpaquePointer!) -> Int32 {
  guard let cpu else { return VPMU_ERROR_ARGUMENT.rawValue }
  return Handle.with(cpu, VCPU.self) { cpu in
    cpu.change { pmu throws(VPMUError) in
      try pmu.scheduledIn()
    } trace: {
      .scheduledIn
    }
  }
}

@c @implementation
public func vpmu_emulated(_ cpu: OpaquePointer!, _ event: UInt64, _ cpl: UInt32, _ count: UInt64) -> Int32 {
  guard let cpu, cpl <= 3 else { return VPMU_ERROR_ARGUMENT.rawValue }
  return Handle.with(cpu, VCPU.self) { cpu in cpu.emulated(event, cpl: UInt8(truncatingIfNeeded: cpl), count) }
}

extension VCPU {
  static let wrongThread = VPMU_ERROR_WRONG_THREAD.rawValue

  @inline(__always)
  func writeMSR(_ msr: UInt32, _ value: UInt64, origin: AccessOrigin) -> Int32 {
    let answer = pmu.faceWriteMSR(msr, value, origin)
    if counts.pointee.isWatched(answer) {
      note(answer, .writeMSR(MSRNumber(msr), value, origin: origin, ok: answer == Int32(VPMU_ACCESS_DONE)))
    }
    return answer
  }

  @inline(__always)
  func readMSR(_ msr: UInt32, origin: AccessOrigin, _ value: UnsafeMutablePointer<UInt64>) -> Int32 {
    let answer = pmu.faceReadMSR(msr, origin, value)
    if counts.pointee.isWatched(answer) {
      note(answer, .readMSR(MSRNumber(msr), origin: origin, value: answer == 0 ? value.pointee : nil))
    }
    return answer
  }

  @inline(__always)
  func readPMC(
    _ ecx: UInt32, cpl: UInt8, cr4PCE: Bool, protectedMode: Bool, _ value: UnsafeMutablePointer<UInt64>
  ) -> Int32 {
    let answer = pmu.faceReadPMC(ecx, cpl: cpl, cr4PCE: cr4PCE, protectedMode: protectedMode, value)
    if counts.pointee.isWatched(answer) {
      // In real mode RDPMC is always allowed, as in ring 0.
      note(
        answer,
        .readPMC(
          RDPMCSelector(ecx), cpl: protectedMode ? cpl : 0, cr4PCE: cr4PCE, value: answer == 0 ? value.pointee : nil))
    }
    return answer
  }

  @inline(__always)
  func enter() -> Int32 {
    let answer = pmu.faceEnter()
    if counts.pointee.isWatched(answer) { noteEntry(answer) }
    return answer
  }

  // Out of line: what is rare, or costs something anyway.

  @inline(never)
  private func note(_ answer: Int32, _ operation: @autoclosure () -> TraceOperation) {
    guard answer >= 0 else { return }
    counts.pointee.isFresh = false
    if answer == Int32(VPMU_ACCESS_GP) { counts.pointee.faults &+= 1 }
    if let trace = counts.pointee.trace, answer != Int32(VPMU_ACCESS_UNHANDLED) { trace.write(operation()) }
  }

  @inline(never)
  private func noteEntry(_ answer: Int32) {
    guard answer >= 0 else { return }
    counts.pointee.isFresh = false
    if answer == Int32(VPMU_ENTER_PMI) { counts.pointee.pmis &+= 1 }
    if let trace = counts.pointee.trace {
      trace.writeEntry(pmi: answer == Int32(VPMU_ENTER_PMI), live: pmu.statistics.live)
    }
  }

  func emulated(_ event: UInt64, cpl: UInt8, _ count: UInt64) -> Int32 {
    let code = EventCode(selector: event, mask: eventMask)
    // A line of a trace holds 32 bits.
    var rest = count
    while rest > 0 {
      let part = counts.pointee.trace == nil ? rest : UInt64(UInt32(clamping: rest))
      let answer = change { pmu throws(VPMUError) in
        try pmu.emulated(code, cpl: cpl, count: part)
      } trace: {
        .emulated(selector: event, cpl: cpl, count: UInt32(clamping: part))
      }
      guard answer == 0 else { return answer }
      rest &-= part
    }
    return 0
  }

  /// What can fail by the wrong thread only, with its line of a trace.
  func change(
    _ body: (any AnyVirtualPMU) throws(VPMUError) -> Void, trace operation: () -> TraceOperation?
  ) -> Int32 {
    do throws(VPMUError) { try body(pmu) } catch { return Failure(error).code.rawValue }
    counts.pointee.isFresh = false
    if let trace = counts.pointee.trace, let operation = operation() { trace.write(operation) }
    return 0
  }
}

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
  guard let cpu, let value, let mode = ReadPMCMode(cpl: cpl, flags: flags) else { return VPMU_ERROR_ARGUMENT.rawValue }
  return Handle.with(cpu, VCPU.self) { cpu in cpu.readPMC(ecx, mode, value) }
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
    counts.pointee.isWatched
      ? writeWatched(msr, value, origin: origin) : pmu.faceWriteMSR(msr, value, origin, counts)
  }

  @inline(__always)
  func readMSR(_ msr: UInt32, origin: AccessOrigin, _ value: UnsafeMutablePointer<UInt64>) -> Int32 {
    counts.pointee.isWatched
      ? readWatched(msr, origin: origin, value) : pmu.faceReadMSR(msr, origin, value, counts)
  }

  @inline(__always)
  func readPMC(_ ecx: UInt32, _ mode: ReadPMCMode, _ value: UnsafeMutablePointer<UInt64>) -> Int32 {
    counts.pointee.isWatched ? readWatched(ecx, mode, value) : pmu.faceReadPMC(ecx, mode, value, counts)
  }

  @inline(__always)
  func enter() -> Int32 { counts.pointee.isWatched ? enterWatched() : pmu.faceEnter(counts) }

  // Out of line: the first access, and all while a trace is written.

  @inline(never)
  private func writeWatched(_ msr: UInt32, _ value: UInt64, origin: AccessOrigin) -> Int32 {
    note(pmu.faceWriteMSR(msr, value, origin, counts)) { answer in
      .writeMSR(MSRNumber(msr), value, origin: origin, ok: answer == Int32(VPMU_ACCESS_DONE))
    }
  }

  @inline(never)
  private func readWatched(
    _ msr: UInt32, origin: AccessOrigin, _ value: UnsafeMutablePointer<UInt64>
  ) -> Int32 {
    note(pmu.faceReadMSR(msr, origin, value, counts)) { answer in
      .readMSR(MSRNumber(msr), origin: origin, value: answer == 0 ? value.pointee : nil)
    }
  }

  @inline(never)
  private func readWatched(_ ecx: UInt32, _ mode: ReadPMCMode, _ value: UnsafeMutablePointer<UInt64>) -> Int32 {
    note(pmu.faceReadPMC(ecx, mode, value, counts)) { answer in
      // In real mode RDPMC is always allowed, as in ring 0.
      .readPMC(
        RDPMCSelector(ecx), cpl: mode.isProtected ? mode.cpl : 0, cr4PCE: mode.cr4PCE,
        value: answer == 0 ? value.pointee : nil)
    }
  }

  @inline(never)
  private func enterWatched() -> Int32 {
    let answer = pmu.faceEnter(counts)
    guard answer >= 0 else { return answer }
    counts.pointee.isFresh = false
    if let trace = counts.pointee.trace {
      trace.writeEntry(pmi: answer == Int32(VPMU_ENTER_PMI), live: pmu.statistics.live)
    }
    return answer
  }

  private func note(_ answer: Int32, _ operation: (Int32) -> TraceOperation) -> Int32 {
    guard answer >= 0 else { return answer }
    counts.pointee.isFresh = false
    if let trace = counts.pointee.trace, answer != Int32(VPMU_ACCESS_UNHANDLED) { trace.write(operation(answer)) }
    return answer
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

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
    cpu.writeMSR(MSRNumber(msr), value, origin: flags == 0 ? .guest : .host)
  }
}

@c @implementation
public func vpmu_rdmsr(
  _ cpu: OpaquePointer!, _ msr: UInt32, _ flags: UInt32, _ value: UnsafeMutablePointer<UInt64>!
) -> Int32 {
  guard let cpu, let value, flags & ~UInt32(VPMU_ACCESS_HOST) == 0 else { return VPMU_ERROR_ARGUMENT.rawValue }
  return Handle.with(cpu, VCPU.self) { cpu in
    cpu.readMSR(MSRNumber(msr), origin: flags == 0 ? .guest : .host, value)
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
      RDPMCSelector(ecx), cpl: UInt8(truncatingIfNeeded: cpl), cr4PCE: flags & UInt32(VPMU_RDPMC_CR4_PCE) != 0,
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
  func writeMSR(_ msr: MSRNumber, _ value: UInt64, origin: AccessOrigin) -> Int32 {
    guard let answer = try? pmu.writeMSR(msr, value, origin: origin) else { return Self.wrongThread }
    counts.pointee.isFresh = false
    if let trace = counts.pointee.trace, answer != .unhandled {
      trace.write(.writeMSR(msr, value, origin: origin, ok: answer == .done))
    }
    switch answer {
    case .done: return Int32(VPMU_ACCESS_DONE)
    case .generalProtection: return fault()
    case .unhandled: return Int32(VPMU_ACCESS_UNHANDLED)
    }
  }

  @inline(__always)
  func readMSR(_ msr: MSRNumber, origin: AccessOrigin, _ value: UnsafeMutablePointer<UInt64>) -> Int32 {
    guard let answer = try? pmu.readMSR(msr, origin: origin) else { return Self.wrongThread }
    counts.pointee.isFresh = false
    if let trace = counts.pointee.trace, answer != .unhandled {
      trace.write(.readMSR(msr, origin: origin, value: answer.value))
    }
    return finish(answer, value)
  }

  @inline(__always)
  func readPMC(
    _ ecx: RDPMCSelector, cpl: UInt8, cr4PCE: Bool, protectedMode: Bool, _ value: UnsafeMutablePointer<UInt64>
  ) -> Int32 {
    guard let answer = try? pmu.readPMC(ecx, cpl: cpl, cr4PCE: cr4PCE, protectedMode: protectedMode) else {
      return Self.wrongThread
    }
    counts.pointee.isFresh = false
    if let trace = counts.pointee.trace {
      // In real mode RDPMC is always allowed, as in ring 0.
      trace.write(.readPMC(ecx, cpl: protectedMode ? cpl : 0, cr4PCE: cr4PCE, value: answer.value))
    }
    return finish(answer, value)
  }

  @inline(__always)
  func enter() -> Int32 {
    guard let action = try? pmu.enter() else { return Self.wrongThread }
    counts.pointee.isFresh = false
    if let trace = counts.pointee.trace { trace.writeEntry(pmi: action == .injectPMI, live: pmu.statistics.live) }
    guard action == .injectPMI else { return Int32(VPMU_ENTER_RUN) }
    counts.pointee.pmis &+= 1
    return Int32(VPMU_ENTER_PMI)
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

  @inline(__always)
  private func finish(_ answer: ReadAnswer, _ value: UnsafeMutablePointer<UInt64>) -> Int32 {
    switch answer {
    case .value(let read):
      value.pointee = read
      return Int32(VPMU_ACCESS_DONE)
    case .generalProtection: return fault()
    case .unhandled: return Int32(VPMU_ACCESS_UNHANDLED)
    }
  }

  private func fault() -> Int32 {
    counts.pointee.faults &+= 1
    return Int32(VPMU_ACCESS_GP)
  }
}

extension ReadAnswer {
  fileprivate var value: UInt64? {
    if case .value(let value) = self { value } else { nil }
  }
}

import CLibVPMU
import SimulatedHost
import TraceFormat
import VPMUCore
import VPMUModel

// What an embedder reports: counts of an emulator, notifications of its own host.

@c @implementation
public func vpmu_count(_ cpu: OpaquePointer!, _ event: UInt64, _ cpl: UInt32, _ count: UInt64) -> Int32 {
  guard let cpu, cpl <= 3 else { return VPMU_ERROR_ARGUMENT.rawValue }
  return Handle.with(cpu, VCPU.self) { cpu in cpu.report(event, cpl: cpl, count) }
}

@c @implementation
public func vpmu_next_overflow(_ cpu: OpaquePointer!, _ event: UInt64, _ cpl: UInt32) -> UInt64 {
  guard let cpu, cpl <= 3 else { return .max }
  return Handle.with(cpu, VCPU.self) { cpu in
    guard let host = cpu.reported, cpu.isOnItsThread else { return .max }
    return host.occurrencesToNotification(
      of: EventCode(selector: event, mask: cpu.eventMask), ring: Rings(cpl: cpl)) ?? .max
  }
}

@c @implementation
public func vpmu_is_counted(_ cpu: OpaquePointer!, _ event: UInt64, _ cpl: UInt32) -> Int32 {
  guard let cpu, cpl <= 3 else { return VPMU_ERROR_ARGUMENT.rawValue }
  return Handle.with(cpu, VCPU.self) { cpu in
    guard let host = cpu.reported else { return VPMU_ERROR_HOST_KIND.rawValue }
    guard cpu.isOnItsThread else { return VCPU.wrongThread }
    let code = EventCode(selector: event, mask: cpu.eventMask)
    return host.occurrencesToNotification(of: code, ring: Rings(cpl: cpl)) == nil ? 0 : 1
  }
}

@c @implementation
public func vpmu_notify(_ cpu: OpaquePointer!, _ pmc: UInt32) -> Int32 {
  guard let cpu, pmc < 62 else { return VPMU_ERROR_ARGUMENT.rawValue }
  return Handle.with(cpu, VCPU.self) { cpu in
    cpu.mailbox.postNotification(PMCIndex(rawValue: pmc))
    return 0
  }
}

@c @implementation
public func vpmu_rescan(_ cpu: OpaquePointer!) -> Int32 {
  guard let cpu else { return VPMU_ERROR_ARGUMENT.rawValue }
  return Handle.with(cpu, VCPU.self) { cpu in
    cpu.mailbox.requestRescan()
    return 0
  }
}

extension VCPU {
  func report(_ event: UInt64, cpl: UInt32, _ count: UInt64) -> Int32 {
    guard let host = reported else { return VPMU_ERROR_HOST_KIND.rawValue }
    guard isOnItsThread else { return Self.wrongThread }
    guard count != 0 else { return 0 }
    let code = EventCode(selector: event, mask: eventMask)
    host.run(code, ring: Rings(cpl: cpl), count: count)
    counts.pointee.isFresh = false
    if let trace = counts.pointee.trace {
      trace.write(
        .run(
          TraceEvent(number: code.number, unitMask: code.unitMask), ring: cpl == 0 ? .kernel : .user, count: count))
    }
    return 0
  }
}

extension Rings {
  init(cpl: UInt32) { self = cpl == 0 ? .kernel : .user }
}

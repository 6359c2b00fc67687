import CLibVPMU
import TraceFormat
import SimulatedHost
import VPMUCore
import VPMUModel

@c @implementation
public func vpmu_cpu_new(
  _ machine: OpaquePointer!, _ context: UnsafeMutableRawPointer!, _ cpu: UnsafeMutablePointer<OpaquePointer?>!,
  _ error: UnsafeMutablePointer<vpmu_error>!
) -> Int32 {
  result(error) { () throws(Failure) in
    guard let cpu else { throw .argument("cpu is NULL") }
    cpu.pointee = nil
    let machine = try Handle.object(machine, Machine.self)
    cpu.pointee = Handle.make(try VCPU(machine, context: context))
    return 0
  }
}

@c @implementation
public func vpmu_cpu_free(_ cpu: OpaquePointer!) { Handle.free(cpu, VCPU.self) }

@c @implementation
public func vpmu_bind(_ cpu: OpaquePointer!) -> Int32 {
  result(nil) { () throws(Failure) in
    try Handle.object(cpu, VCPU.self).pmu.bind()
    return 0
  }
}

@c @implementation
public func vpmu_reset(_ cpu: OpaquePointer!) -> Int32 {
  guard let cpu else { return VPMU_ERROR_ARGUMENT.rawValue }
  return Handle.with(cpu, VCPU.self) { cpu in
    cpu.change { pmu throws(VPMUError) in
      try pmu.reset()
    } trace: {
      .reset
    }
  }
}

@c @implementation
public func vpmu_set_cpuid(
  _ cpu: OpaquePointer!, _ entries: UnsafePointer<vpmu_cpuid_entry>!, _ count: UInt32, _ perf_capabilities: UInt64,
  _ error: UnsafeMutablePointer<vpmu_error>!
) -> Int32 {
  result(error) { () throws(Failure) in
    let cpu = try Handle.object(cpu, VCPU.self)
    let configuration = try GuestConfiguration(entries, count, perf_capabilities)
    do throws(VPMUError) { try cpu.pmu.refresh(configuration) } catch { throw Failure(error) }
    // A trace is of one CPU.
    cpu.counts.pointee.trace = nil
    return 0
  }
}

@c @implementation
public func vpmu_trace(
  _ cpu: OpaquePointer!, _ line: (@convention(c) (UnsafeMutableRawPointer?, UnsafePointer<CChar>?, Int) -> Void)!,
  _ context: UnsafeMutableRawPointer!, _ error: UnsafeMutablePointer<vpmu_error>!
) -> Int32 {
  result(error) { () throws(Failure) in
    let cpu = try Handle.object(cpu, VCPU.self)
    guard let line else { throw .argument("line is NULL") }
    guard cpu.isOnItsThread else { throw Failure(.wrongThread) }
    let host = try cpu.reportingHost()
    guard cpu.counts.pointee.isFresh else {
      throw .argument("a trace begins with the vCPU: call vpmu_trace before its first access")
    }
    cpu.counts.pointee.trace = TraceWriter(line, context, cpu.machine, host.limits)
    return 0
  }
}

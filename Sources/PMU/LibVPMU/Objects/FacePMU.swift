import CLibVPMU
import VPMUCore
import VPMULoader
import VPMUModel

/// A virtual PMU with the guest's accesses in the form that C gets: a number in place of an answer or an error. With
/// the types known here, an access is one indirect call and the code of the core.
protocol FacePMU: AnyVirtualPMU {
  /// `VPMU_ACCESS_*`, or a negative `vpmu_error_code`.
  func faceWriteMSR(_ msr: UInt32, _ value: UInt64, _ origin: AccessOrigin) -> Int32
  func faceReadMSR(_ msr: UInt32, _ origin: AccessOrigin, _ value: UnsafeMutablePointer<UInt64>) -> Int32
  func faceReadPMC(
    _ ecx: UInt32, cpl: UInt8, cr4PCE: Bool, protectedMode: Bool, _ value: UnsafeMutablePointer<UInt64>
  ) -> Int32
  /// `VPMU_ENTER_*`, or a negative `vpmu_error_code`.
  func faceEnter() -> Int32
}

extension VirtualPMU: FacePMU {
  @inline(__always)
  func faceWriteMSR(_ msr: UInt32, _ value: UInt64, _ origin: AccessOrigin) -> Int32 {
    guard let answer = try? writeMSR(MSRNumber(msr), value, origin: origin) else { return VCPU.wrongThread }
    switch answer {
    case .done: return Int32(VPMU_ACCESS_DONE)
    case .generalProtection: return Int32(VPMU_ACCESS_GP)
    case .unhandled: return Int32(VPMU_ACCESS_UNHANDLED)
    }
  }

  @inline(__always)
  func faceReadMSR(_ msr: UInt32, _ origin: AccessOrigin, _ value: UnsafeMutablePointer<UInt64>) -> Int32 {
    guard let answer = try? readMSR(MSRNumber(msr), origin: origin) else { return VCPU.wrongThread }
    return answer.store(in: value)
  }

  @inline(__always)
  func faceReadPMC(
    _ ecx: UInt32, cpl: UInt8, cr4PCE: Bool, protectedMode: Bool, _ value: UnsafeMutablePointer<UInt64>
  ) -> Int32 {
    guard let answer = try? readPMC(RDPMCSelector(ecx), cpl: cpl, cr4PCE: cr4PCE, protectedMode: protectedMode) else {
      return VCPU.wrongThread
    }
    return answer.store(in: value)
  }

  @inline(__always)
  func faceEnter() -> Int32 {
    guard let action = try? enter() else { return VCPU.wrongThread }
    return action == .injectPMI ? Int32(VPMU_ENTER_PMI) : Int32(VPMU_ENTER_RUN)
  }
}

extension ReadAnswer {
  @inline(__always)
  fileprivate func store(in target: UnsafeMutablePointer<UInt64>) -> Int32 {
    switch self {
    case .value(let read):
      target.pointee = read
      return Int32(VPMU_ACCESS_DONE)
    case .generalProtection: return Int32(VPMU_ACCESS_GP)
    case .unhandled: return Int32(VPMU_ACCESS_UNHANDLED)
    }
  }
}

/// Makes the virtual PMU of a machine, with its policy's own code.
struct PMUMaker<Host: HostEvents>: PolicyKind.Visitor {
  let machine: Machine
  let host: Host

  func visit<Policy: EventPolicy>(_ policy: Policy) throws(VPMUError) -> any FacePMU {
    try VirtualPMU(
      model: machine.model, configuration: machine.configuration, host: host, policy: policy, filter: machine.filter)
  }
}

import CLibVPMU
import VPMUCore
import VPMULoader
import VPMUModel

/// A virtual PMU with the guest's accesses in the form that C gets: a number in place of an answer or an error. With
/// the types known here, a function of the C face is one indirect call, with four arguments at most so that it can be a
/// jump, and the code of the core.
protocol FacePMU: AnyVirtualPMU {
  /// `VPMU_ACCESS_*`, or a negative `vpmu_error_code`.
  func faceWriteMSR(_ msr: UInt32, _ value: UInt64, _ origin: AccessOrigin, _ counts: VCPU.CountsPointer) -> Int32
  func faceReadMSR(
    _ msr: UInt32, _ origin: AccessOrigin, _ value: UnsafeMutablePointer<UInt64>, _ counts: VCPU.CountsPointer
  ) -> Int32
  func faceReadPMC(
    _ ecx: UInt32, _ mode: ReadPMCMode, _ value: UnsafeMutablePointer<UInt64>, _ counts: VCPU.CountsPointer
  ) -> Int32
  /// `VPMU_ENTER_*`, or a negative `vpmu_error_code`.
  func faceEnter(_ counts: VCPU.CountsPointer) -> Int32
}

/// The privilege level and the `VPMU_RDPMC_*` flags of an RDPMC.
struct ReadPMCMode: BitwiseCopyable {
  let cpl: UInt8
  let flags: UInt8

  /// - Returns: nil if a number is none that the header has
  @inline(__always)
  init?(cpl: UInt32, flags: UInt32) {
    guard cpl <= 3, flags & ~UInt32(VPMU_RDPMC_CR4_PCE | VPMU_RDPMC_REAL_MODE) == 0 else { return nil }
    self.cpl = UInt8(truncatingIfNeeded: cpl)
    self.flags = UInt8(truncatingIfNeeded: flags)
  }

  var cr4PCE: Bool { flags & UInt8(VPMU_RDPMC_CR4_PCE) != 0 }
  var isProtected: Bool { flags & UInt8(VPMU_RDPMC_REAL_MODE) == 0 }
}

extension VirtualPMU: FacePMU {
  func faceWriteMSR(
    _ msr: UInt32, _ value: UInt64, _ origin: AccessOrigin, _ counts: VCPU.CountsPointer
  ) -> Int32 {
    guard let answer = try? writeMSR(MSRNumber(msr), value, origin: origin) else { return VCPU.wrongThread }
    switch answer {
    case .done: return Int32(VPMU_ACCESS_DONE)
    case .generalProtection: return counts.noteFault()
    case .unhandled: return Int32(VPMU_ACCESS_UNHANDLED)
    }
  }

  func faceReadMSR(
    _ msr: UInt32, _ origin: AccessOrigin, _ value: UnsafeMutablePointer<UInt64>, _ counts: VCPU.CountsPointer
  ) -> Int32 {
    guard let answer = try? readMSR(MSRNumber(msr), origin: origin) else { return VCPU.wrongThread }
    return answer.store(in: value, counts)
  }

  func faceReadPMC(
    _ ecx: UInt32, _ mode: ReadPMCMode, _ value: UnsafeMutablePointer<UInt64>, _ counts: VCPU.CountsPointer
  ) -> Int32 {
    let answer = try? readPMC(
      RDPMCSelector(ecx), cpl: mode.cpl, cr4PCE: mode.cr4PCE, protectedMode: mode.isProtected)
    guard let answer else { return VCPU.wrongThread }
    return answer.store(in: value, counts)
  }

  func faceEnter(_ counts: VCPU.CountsPointer) -> Int32 {
    guard let action = try? enter() else { return VCPU.wrongThread }
    guard action == .injectPMI else { return Int32(VPMU_ENTER_RUN) }
    counts.pointee.pmis &+= 1
    return Int32(VPMU_ENTER_PMI)
  }
}

extension VCPU.CountsPointer {
  fileprivate func noteFault() -> Int32 {
    pointee.faults &+= 1
    return Int32(VPMU_ACCESS_GP)
  }
}

extension ReadAnswer {
  @inline(__always)
  fileprivate func store(in target: UnsafeMutablePointer<UInt64>, _ counts: VCPU.CountsPointer) -> Int32 {
    switch self {
    case .value(let read):
      target.pointee = read
      return Int32(VPMU_ACCESS_DONE)
    case .generalProtection: return counts.noteFault()
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

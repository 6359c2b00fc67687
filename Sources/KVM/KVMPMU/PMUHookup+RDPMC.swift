import CKVM
import VPMUCore
import VPMUModel

/// The exit of a rewritten RDPMC.
extension PMUHookup {
  func handlePort() throws(HookupError) -> ExitAnswer {
    guard case .rewrite(let port) = options.rdpmc else { return .unhandled }
    let exit = ckvm_io(vcpu.run)
    guard exit.pointee.direction == UInt8(KVM_EXIT_IO_OUT), exit.pointee.port == UInt16(port),
      exit.pointee.size == 1, exit.pointee.count == 1
    else { return .unhandled }
    calls.rdpmcExits &+= 1
    // Whether RIP is past the OUT already depends on the host; once the exit is complete it is.
    try completeExit()
    var regs = kvm_regs()
    var sregs = kvm_sregs()
    do throws(KVMError) {
      try KVMError.check("KVM_GET_REGS", ckvm_get_regs(vcpu.fd, &regs))
      try KVMError.check("KVM_GET_SREGS", ckvm_get_sregs(vcpu.fd, &sregs))
    } catch { throw .kvm(error) }
    let value = try readPMC(regs, sregs)
    if let value {
      regs.rax = value & 0xFFFF_FFFF
      regs.rdx = value >> 32
    } else {
      // The fault is RDPMC's own: RIP is that of the instruction.
      regs.rip &-= 2
    }
    do throws(KVMError) {
      try KVMError.check("KVM_SET_REGS", ckvm_set_regs(vcpu.fd, &regs))
      // After the registers: setting those drops exceptions that wait.
      if value == nil { try injectFault() }
    } catch { throw .kvm(error) }
    return .handled
  }

  /// - Returns: nil: #GP
  private func readPMC(_ regs: kvm_regs, _ sregs: kvm_sregs) throws(HookupError) -> UInt64? {
    do throws(VPMUError) {
      // The ring is that of SS: CS of a conforming segment may say another.
      let answer = try pmu.readPMC(
        RDPMCSelector(UInt32(truncatingIfNeeded: regs.rcx)), cpl: sregs.ss.dpl, cr4PCE: sregs.cr4 & Self.pce != 0,
        protectedMode: sregs.cr0 & 1 != 0)
      if case .value(let value) = answer { return value }
      return nil
    } catch { throw .pmu(error) }
  }

  private func injectFault() throws(KVMError) {
    calls.faults &+= 1
    var events = kvm_vcpu_events()
    try KVMError.check("KVM_GET_VCPU_EVENTS", ckvm_get_events(vcpu.fd, &events))
    events.exception.injected = 1
    events.exception.nr = 13
    events.exception.has_error_code = 1
    events.exception.error_code = 0
    try KVMError.check("KVM_SET_VCPU_EVENTS", ckvm_set_events(vcpu.fd, &events))
  }

  /// CR4.PCE: RDPMC is allowed outside ring 0.
  private static var pce: UInt64 { 1 << 8 }
}

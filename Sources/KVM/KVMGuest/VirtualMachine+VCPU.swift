import CKVM
import Glibc
import KVMPMU

extension VirtualMachine {
  /// A vCPU as after RESET, with its kvm_run page.
  func makeVCPU(_ id: Int) throws(KVMError) -> VCPUHandle {
    let vcpu = try KVMError.check("KVM_CREATE_VCPU", ckvm_create_vcpu(fd, UInt32(id)))
    var run: UnsafeMutablePointer<kvm_run>?
    let mapped = ckvm_map_run(vcpu, runSize, &run)
    guard mapped >= 0, let run else {
      close(vcpu)
      throw KVMError(call: "mmap", errno: -mapped)
    }
    return VCPUHandle(fd: vcpu, vm: fd, run: run)
  }

  /// Gives it back.
  func release(_ vcpu: VCPUHandle) {
    munmap(vcpu.run, runSize)
    close(vcpu.fd)
  }
}

extension VCPUHandle {
  /// An exit that nobody answers: nothing if it only interrupted the guest.
  ///
  /// - Throws: why the guest does not go on
  func endUnlessInterrupted() throws(GuestError) {
    switch Int32(bitPattern: run.pointee.exit_reason) {
    case KVM_EXIT_INTR, KVM_EXIT_IRQ_WINDOW_OPEN: return
    case KVM_EXIT_INTERNAL_ERROR, KVM_EXIT_FAIL_ENTRY, KVM_EXIT_SHUTDOWN:
      throw .stopped(reason: run.pointee.exit_reason, detail: ckvm_failure(run), rip: rip)
    case KVM_EXIT_MMIO:
      let exit = ckvm_mmio(run).pointee
      throw .unknownAddress(exit.address, size: exit.size, isWrite: exit.is_write != 0, rip: rip)
    default: throw .unknownExit(reason: run.pointee.exit_reason, rip: rip)
    }
  }

  /// The guest's RIP; 0 if KVM does not say.
  private var rip: UInt64 {
    var regs = kvm_regs()
    _ = ckvm_get_regs(fd, &regs)
    return regs.rip
  }
}

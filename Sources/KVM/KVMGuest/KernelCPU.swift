import CKVM
import KVMPMU
import VPMUCore
import VPMUModel

/// A vCPU that a multiboot kernel is entered on, with a virtual PMU. It is made, used and released on one thread: that
/// of its PMU. The local APIC is in xAPIC mode, as after RESET, and can be put in x2APIC mode.
public final class KernelCPU<PMU: GuestFacingPMU> {
  public let machine: VirtualMachine
  public let hookup: PMUHookup<PMU>
  public let options: VCPUOptions

  private let registers: MachineRegisters
  private let bus: PortBus
  private let exitPort: ExitPort

  /// Makes the only vCPU of a machine in whose memory a kernel was loaded.
  ///
  /// - Parameters:
  ///   - vendor: its CPUID vendor string
  ///   - devices: on its ports
  ///   - exitPort: another device: the kernel's end
  ///   - options: time limit and interruptions; CR4.PCE and the APIC's mode are the kernel's own matter
  public init(
    _ machine: VirtualMachine, _ pmu: PMU, guest: GuestConfiguration, vendor: String,
    hookup hookupOptions: HookupOptions,
    kernel: MultibootKernel.Loaded, devices: [any PortDevice], exitPort: ExitPort, options: VCPUOptions = VCPUOptions()
  ) throws(GuestError) {
    self.machine = machine
    self.options = options
    self.exitPort = exitPort
    registers = MachineRegisters(guest)
    bus = PortBus(devices: devices + [exitPort])
    let vcpu: VCPUHandle
    do throws(KVMError) {
      vcpu = try machine.makeVCPU(0)
      do throws(KVMError) {
        let cpuid = try PMUCPUID(machine.system, guest, vendor: vendor, apicID: 0, isX2APIC: true)
        try cpuid.set(on: vcpu.fd)
        var sregs = kvm_sregs()
        try KVMError.check("KVM_GET_SREGS", ckvm_get_sregs(vcpu.fd, &sregs))
        ProtectedMode.enter(&sregs)
        try KVMError.check("KVM_SET_SREGS", ckvm_set_sregs(vcpu.fd, &sregs))
        var regs = kvm_regs()
        regs.rip = UInt64(kernel.entry)
        regs.rax = UInt64(MultibootKernel.bootMagic)
        regs.rbx = UInt64(kernel.information)
        regs.rflags = 2
        try KVMError.check("KVM_SET_REGS", ckvm_set_regs(vcpu.fd, &regs))
      } catch {
        machine.release(vcpu)
        throw error
      }
    } catch { throw .kvm(error) }
    // The last property to be set: once all are, an error runs `deinit`, which releases the vCPU as well.
    do throws(HookupError) { hookup = try PMUHookup(pmu, vcpu, options: hookupOptions) } catch {
      machine.release(vcpu)
      throw .hookup(error)
    }
    hookup.attach()
  }

  deinit {
    hookup.detach()
    machine.release(hookup.vcpu)
  }

  /// Runs the kernel until it writes to the exit port.
  ///
  /// - Returns: what it wrote
  /// - Throws: ``GuestError/timeLimit(nanoseconds:)``, or why KVM stopped it
  public func run() throws(GuestError) -> UInt32 {
    try Kicks.around(options) { () throws(GuestError) in
      try step()
      return exitPort.value
    }
  }

  private func step() throws(GuestError) {
    guard try hookup.step(looksAtCounts: options.looksAtCounts) else { return }
    let vcpu = hookup.vcpu
    if vcpu.run.pointee.exit_reason == UInt32(KVM_EXIT_IO) {
      bus.perform(vcpu.run)
    } else if !registers.answer(vcpu.run) {
      try vcpu.endUnlessInterrupted()
    }
  }
}

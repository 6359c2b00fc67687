import CGuestProgram
import CKVM
import Glibc
import KVMPMU
import VPMUCore
import VPMUModel

/// A vCPU in 64-bit long mode that runs the built-in program, with a virtual PMU. It is made, used and released on one
/// thread: that of its PMU.
public final class VirtualCPU<PMU: GuestFacingPMU> {
  public let machine: VirtualMachine
  public let hookup: PMUHookup<PMU>
  public let options: VCPUOptions
  /// Guest memory of this vCPU: what it sees from address 0 on.
  public let window: UnsafeMutableRawBufferPointer
  /// What the program and the VMM share.
  public let shared: UnsafeMutablePointer<guest_shared>
  /// Where RDPMC was replaced in the program, if the options say so.
  public let rewrite: RDPMCRewrite?

  /// Guest-physical address of the window.
  private let base: UInt64
  let registers: MachineRegisters
  var ports = ProgramPorts()
  /// Times that the guest was entered.
  public internal(set) var entries: UInt64 = 0
  /// Off: the caller calls `hookup.enter()` itself, when it wants deferred work to be done.
  package var entersPMU = true

  /// Makes vCPU `id` of the machine, of the CPU that `guest` describes.
  ///
  /// - Parameters:
  ///   - id: below ``VirtualMachine/vcpus``, each once
  ///   - vendor: its CPUID vendor string
  public init(
    _ machine: VirtualMachine, id: Int = 0, _ pmu: PMU, guest: GuestConfiguration, vendor: String,
    hookup hookupOptions: HookupOptions, options: VCPUOptions = VCPUOptions()
  ) throws(GuestError) {
    self.machine = machine
    self.options = options
    registers = MachineRegisters(guest)
    let base = max(0, min(id, machine.vcpus - 1)) * VirtualMachine.window
    self.base = UInt64(base)
    let start = machine.memory + base
    window = UnsafeMutableRawBufferPointer(start: start, count: VirtualMachine.window)
    shared = (start + Int(GUEST_SHARED_ADDRESS)).assumingMemoryBound(to: guest_shared.self)
    let handle: VCPUHandle
    do throws(KVMError) {
      handle = try machine.makeVCPU(id)
      do throws(KVMError) {
        rewrite = Self.loadProgram(into: window, hookupOptions.rdpmc)
        LongMode.write(to: window, base: UInt64(base))
        let cpuid = try PMUCPUID(
          machine.system, guest, vendor: vendor, apicID: UInt32(id), isX2APIC: options.isX2APIC)
        try cpuid.set(on: handle.fd)
        try KVMError.check("KVM_SET_MP_STATE", ckvm_make_runnable(handle.fd))
      } catch {
        machine.release(handle)
        throw error
      }
    } catch { throw .kvm(error) }
    // The last property to be set: once all are, an error runs `deinit`, which releases the vCPU as well.
    do throws(HookupError) { hookup = try PMUHookup(pmu, handle, options: hookupOptions) } catch {
      machine.release(handle)
      throw .hookup(error)
    }
    try restart()
  }

  deinit {
    hookup.detach()
    machine.release(hookup.vcpu)
  }

  /// Sets the vCPU to the program's beginning, wherever it was.
  public func restart() throws(GuestError) {
    var regs = kvm_regs()
    regs.rip = UInt64(GUEST_PROGRAM_ADDRESS) + guest_program_entries().pointee.start
    regs.rsp = UInt64(GUEST_KERNEL_STACK)
    regs.rflags = 2
    do throws(KVMError) {
      var sregs = kvm_sregs()
      try KVMError.check("KVM_GET_SREGS", ckvm_get_sregs(hookup.vcpu.fd, &sregs))
      LongMode.enter(&sregs, base: base, isX2APIC: options.isX2APIC)
      if options.allowsUserRDPMC { sregs.cr4 |= Self.pce }
      try KVMError.check("KVM_SET_SREGS", ckvm_set_sregs(hookup.vcpu.fd, &sregs))
      try KVMError.check("KVM_SET_REGS", ckvm_set_regs(hookup.vcpu.fd, &regs))
    } catch { throw .kvm(error) }
    hookup.attach()
  }

  /// CR4.PCE: RDPMC is allowed in ring 3.
  private static var pce: UInt64 { 1 << 8 }

  /// Whether RDPMC is allowed in ring 3: CR4.PCE.
  public func setUserRDPMC(_ isAllowed: Bool) throws(GuestError) {
    do throws(KVMError) {
      var sregs = kvm_sregs()
      try KVMError.check("KVM_GET_SREGS", ckvm_get_sregs(hookup.vcpu.fd, &sregs))
      sregs.cr4 = isAllowed ? sregs.cr4 | Self.pce : sregs.cr4 & ~Self.pce
      try KVMError.check("KVM_SET_SREGS", ckvm_set_sregs(hookup.vcpu.fd, &sregs))
    } catch { throw .kvm(error) }
  }

  private static func loadProgram(into window: UnsafeMutableRawBufferPointer, _ way: RDPMCMethod) -> RDPMCRewrite? {
    let size = guest_program_size()
    let program = UnsafeMutableRawBufferPointer(
      rebasing: window[Int(GUEST_PROGRAM_ADDRESS)..<Int(GUEST_PROGRAM_ADDRESS) + size])
    program.copyMemory(from: UnsafeRawBufferPointer(start: guest_program_bytes(), count: size))
    guard case .rewrite(let port) = way else { return nil }
    let entry = Int(guest_program_entries().pointee.start)
    return RDPMCRewrite(program, from: entry, mode: .long64, port: port)
  }
}

/// What an embedder decides of a vCPU.
public struct VCPUOptions: Sendable {
  /// A run that lasts longer is given up, in ns.
  public var timeLimit: UInt64
  /// The signal that ends KVM_RUN at the time limit: a real-time one that nothing else uses. Nil: the last one.
  public var kickSignal: Int32?
  /// The guest is also interrupted every so many ns, which bounds the delay of an overflow that the host notifies
  /// late; nil: it is not.
  public var kickInterval: UInt64?
  /// After each interruption the counts of all host events are read. For events whose notifications do not come while
  /// the guest runs, as those of the software clock where KVM is nested: with `kickInterval`, overflows are found
  /// then.
  public var looksAtCounts: Bool
  /// The local APIC is in x2APIC mode, else in xAPIC mode.
  public var isX2APIC: Bool
  /// CR4.PCE.
  public var allowsUserRDPMC: Bool

  public init(
    timeLimit: UInt64 = 10_000_000_000, kickSignal: Int32? = nil, kickInterval: UInt64? = nil,
    looksAtCounts: Bool = false, isX2APIC: Bool = true,
    allowsUserRDPMC: Bool = false
  ) {
    self.timeLimit = timeLimit
    self.kickSignal = kickSignal
    self.kickInterval = kickInterval
    self.looksAtCounts = looksAtCounts
    self.isX2APIC = isX2APIC
    self.allowsUserRDPMC = allowsUserRDPMC
  }
}

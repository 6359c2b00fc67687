/// A small machine over /dev/kvm, to run guests with a virtual PMU: proof, benchmark and example.
///
/// | file | idea |
/// |---|---|
/// | `VirtualMachine` | VM, memory, interrupt controller, MSR filter |
/// | `VirtualCPU`, `+Run` | a vCPU in 64-bit long mode, for the built-in program |
/// | `PMUHookup+Step`, `Kicks` | entering a guest once, and until it has a result or its time is up |
/// | `LongMode`, `FlatSegment` | page tables, descriptors, segments |
/// | `GuestCPUID` | what of CPUID is the machine's, beside the PMU (`PMUCPUID`) |
/// | `MachineRegisters` | registers next to the PMU that guests look at |
/// | `KernelCPU` | a vCPU in 32-bit protected mode, for a kernel of one's own, with devices on its ports |
/// | `Ports` | `ProgramPorts`, those of the built-in program; `PortDevice`, `PortBus` and devices for kernels |
/// | `Multiboot` | loads such a kernel |
/// | `BuiltInProgram` | commands for the built-in guest program, and their results |
/// | `GuestClock` | the guest's time stamp counter, and what an exit costs by it |
import CGuestProgram
import CKVM
import CLinux
import Glibc
import KVMPMU
import VPMUModel

/// A VM with memory for a number of vCPUs, each of which has a window of its own. Any thread may make it.
public final class VirtualMachine: @unchecked Sendable {
  public let fd: Int32
  let system: Int32
  /// All guest memory: ``memorySize`` bytes.
  public let memory: UnsafeMutableRawPointer
  public let memorySize: Int
  public let vcpus: Int
  /// The accesses that exit.
  public let filter: MSRFilter
  let runSize: Int

  /// Bytes of guest memory that a vCPU has, which it sees from address 0 on.
  public static let window = 8 << 20

  /// Three pages below the firmware's place, that KVM takes on VMX for a guest in real mode: no memory is there.
  private static let tssAddress: UInt32 = 0xFFFB_D000

  /// Makes a VM: memory, interrupt controllers in the kernel, and this MSR filter.
  ///
  /// - Parameters:
  ///   - vcpus: 1 to 16
  ///   - models: the models of its vCPUs: accesses to what they claim exit
  ///   - memory: bytes; nil: a window for each vCPU
  ///   - keepsKernelPMU: KVM's own PMU stays on, as `RDPMCMethod.mirror` needs it
  public init(
    vcpus: Int = 1, models: [ModelDeclaration], memory size: Int? = nil, keepsKernelPMU: Bool = false
  ) throws(GuestError) {
    self.vcpus = max(1, min(vcpus, 16))
    filter = MSRFilter(models).merged(with: MachineRegisters.filter)
    let system = ckvm_open()
    guard system >= 0 else { throw .noKVM(errno: -system) }
    let vm = ckvm_create_vm(system)
    guard vm >= 0 else {
      close(system)
      throw .kvm(KVMError(call: "KVM_CREATE_VM", errno: -vm))
    }
    (self.system, fd) = (system, vm)
    memorySize = max(size ?? 0, self.vcpus * Self.window)
    // Untouched pages cost nothing.
    let start = mmap(
      nil, memorySize, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
    guard let start, start != MAP_FAILED else {
      close(vm)
      close(system)
      throw .kvm(KVMError(call: "mmap", errno: ENOMEM))
    }
    memory = start
    runSize = max(0, Int(ckvm_run_size(system)))
    do throws(KVMError) {
      try KVMError.check("KVM_GET_VCPU_MMAP_SIZE", ckvm_run_size(system))
      try KVMError.check(
        "KVM_SET_USER_MEMORY_REGION", ckvm_set_memory(fd, 0, 0, UInt64(memorySize), memory))
      if ckvm_check_extension(fd, UInt32(KVM_CAP_SET_TSS_ADDR)) > 0 {
        try KVMError.check("KVM_SET_TSS_ADDR", ckvm_set_tss_address(fd, Self.tssAddress))
      }
      try KVMError.check("KVM_CREATE_IRQCHIP", ckvm_create_irqchip(fd))
      try MSRExitReasons.filter.enable(on: fd)
      if !keepsKernelPMU { try KernelPMU.disable(on: fd) }
    } catch { throw .kvm(error) }
    do throws(MSRFilterError) { try filter.install(on: fd) } catch { throw .filter(error) }
  }

  deinit {
    close(fd)
    close(system)
    munmap(memory, memorySize)
  }

  /// Whether there is a /dev/kvm that this process may use; nil: yes, else why not.
  public static func obstacle() -> String? {
    let system = ckvm_open()
    guard system >= 0 else { return "\(GuestError.noKVM(errno: -system))" }
    defer { close(system) }
    guard ckvm_api_version(system) == KVM_API_VERSION else { return "/dev/kvm speaks another version" }
    let needed: [(UInt32, String)] = [
      (UInt32(KVM_CAP_X86_USER_SPACE_MSR), "KVM_CAP_X86_USER_SPACE_MSR"),
      (UInt32(KVM_CAP_X86_MSR_FILTER), "KVM_CAP_X86_MSR_FILTER"),
      (UInt32(KVM_CAP_IMMEDIATE_EXIT), "KVM_CAP_IMMEDIATE_EXIT"), (UInt32(KVM_CAP_SIGNAL_MSI), "KVM_CAP_SIGNAL_MSI"),
    ]
    for (capability, name) in needed where ckvm_check_extension(system, capability) <= 0 {
      return "/dev/kvm has no \(name): a newer kernel is needed"
    }
    return nil
  }
}

/// Why a guest does not run.
public enum GuestError: Error, Equatable {
  /// open(2) of /dev/kvm.
  case noKVM(errno: Int32)
  case kvm(KVMError)
  case filter(MSRFilterError)
  case hookup(HookupError)
  /// KVM_RUN ended with an exit that this machine does not know.
  case unknownExit(reason: UInt32, rip: UInt64)
  /// The guest reads or writes `size` bytes at a physical address where there is neither memory nor a device.
  case unknownAddress(UInt64, size: UInt32, isWrite: Bool, rip: UInt64)
  /// KVM gave up: an instruction that it can't emulate, or a state that it can't enter.
  case stopped(reason: UInt32, detail: UInt64, rip: UInt64)
  /// An exception that the guest program did not expect.
  case lost(vector: UInt32, rip: UInt64)
  /// It ran longer than allowed.
  case timeLimit(nanoseconds: UInt64)
  /// More commands than the shared page can hold.
  case tooManyCommands(limit: Int)
}

extension GuestError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .noKVM(let errno):
      switch errno {
      case ENOENT: "there is no /dev/kvm: load the kernel's kvm module, on a machine that has virtualization"
      case EACCES: "/dev/kvm may not be opened: add this user to the group kvm"
      default: "/dev/kvm can't be opened (\(clinux_error_name(errno).map { String(cString: $0) } ?? "errno \(errno)"))"
      }
    case .kvm(let error): "\(error)"
    case .filter(let error): "\(error)"
    case .hookup(let error): "\(error)"
    case .unknownExit(let reason, let rip):
      "the guest stopped at \(hexadecimal(rip)) with exit \(reason) (KVM_EXIT_ in linux/kvm.h), which this machine does not "
        + "know: leave out what the guest does there"
    case .unknownAddress(let address, let size, let isWrite, let rip):
      "the guest \(isWrite ? "writes" : "reads") \(size) bytes at \(hexadecimal(address)), where this machine has neither "
        + "memory nor a device (the instruction is at \(hexadecimal(rip))): give it more memory, or leave out what needs "
        + "that device"
    case .stopped(UInt32(KVM_EXIT_SHUTDOWN), _, let rip):
      "the guest's CPU shut down at \(hexadecimal(rip)): it could not take an exception (triple fault)"
    case .stopped(UInt32(KVM_EXIT_INTERNAL_ERROR), UInt64(KVM_INTERNAL_ERROR_EMULATION), let rip):
      "KVM can't emulate the instruction at \(hexadecimal(rip)): where KVM is nested by software, not all work in ring 0"
    case .stopped(let reason, let detail, let rip):
      "KVM stopped the guest at \(hexadecimal(rip)): exit \(reason), detail \(detail)"
    case .lost(let vector, let rip): "the guest got exception \(vector), near \(hexadecimal(rip))"
    case .timeLimit(let nanoseconds): "the guest ran for \(nanoseconds / 1_000_000) ms, its time limit"
    case .tooManyCommands(let limit): "more than \(limit) commands at a time"
    }
  }
}

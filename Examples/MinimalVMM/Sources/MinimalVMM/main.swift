/// The least VMM that gives its guest this PMU: one vCPU, whose program counts its own instructions and takes one PMI.
///
///     swift run --package-path Examples/MinimalVMM MinimalVMM [MODEL]
import CKVM
import Glibc
import Guest
import KVMPMU
import PerfEventHost
import VPMUCore
import VPMULoader
import VPMUModel

func boot(_ choice: PluginSelection) throws {
  let declaration = choice.plugin.declaration
  let counting = GuestCounting.detect()
  let here = HostProbe.run()  // before there is a guest: it maps an event's page for a moment
  print("\(choice.preset.name); \(counting.explanation)")

  // 1. A VM. Its PMU is ours: KVM's own is off, and accesses to our registers exit.
  let system = try KVMError.check("open of /dev/kvm", ckvm_open())
  let vm = try KVMError.check("KVM_CREATE_VM", ckvm_create_vm(system))
  if ckvm_check_extension(vm, UInt32(KVM_CAP_SET_TSS_ADDR)) > 0 {  // three pages of KVM's own, on VMX
    try KVMError.check("KVM_SET_TSS_ADDR", ckvm_set_tss_address(vm, 0xFFFB_D000))
  }
  try KVMError.check("KVM_CREATE_IRQCHIP", ckvm_create_irqchip(vm))
  try KernelPMU.disable(on: vm)
  try MSRExitReasons.filter.enable(on: vm)
  try MSRFilter([declaration]).install(on: vm)  // a VMM with a filter of its own merges
  let size = 2 << 20
  let mapping = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
  guard let memory = mapping, memory != MAP_FAILED else { throw KVMError(call: "mmap", errno: errno) }
  (memory + Int(GUEST_ADDRESS)).copyMemory(from: guest_code(), byteCount: guest_size())
  try KVMError.check("KVM_SET_USER_MEMORY_REGION", ckvm_set_memory(vm, 0, 0, UInt64(size), memory))

  // 2. A vCPU. It belongs to this thread from now on, and its PMU does.
  let fd = try KVMError.check("KVM_CREATE_VCPU", ckvm_create_vcpu(vm, 0))
  let runSize = try KVMError.check("KVM_GET_VCPU_MMAP_SIZE", ckvm_run_size(system))
  var page: UnsafeMutablePointer<kvm_run>?
  try KVMError.check("mmap", ckvm_map_run(fd, Int(runSize), &page))
  guard let page else { return }
  let vcpu = VCPUHandle(fd: fd, vm: vm, run: page)
  // The vendor stays the host's: this guest has no driver that looks at it.
  try PMUCPUID(supported: PMUCPUID.supported(by: system), choice.preset.configuration, vendor: nil).set(on: fd)
  try setRegisters(vcpu, declaration, memory)

  // 3. Its virtual PMU, on events of the host.
  let signal = try OverflowSignal.install(OverflowSignal.range.lowerBound + 1)
  signal.unblockHere()
  let host = try PerfEventHost(
    here,
    options: PerfEventOptions(
      source: here.bestHost.source ?? .hardware,
      scope: counting == .native ? .virtualMachine : .nestedVirtualMachine, signal: signal))
  let pmu = try VirtualPMU(model: choice.plugin.model, configuration: choice.preset.configuration, host: host)
  let hookup = try PMUHookup(pmu, vcpu, options: HookupOptions(for: declaration, counting: counting))
  hookup.attach()
  defer { hookup.detach() }

  // 4. The loop.
  while true {
    try hookup.enter()
    let hasExit = try vcpu.enterGuest()
    try hookup.guestRan()
    guard hasExit, try hookup.handle() == .unhandled else { continue }
    guard page.pointee.exit_reason == UInt32(KVM_EXIT_IO) else {
      throw KVMError(call: "KVM_RUN: exit \(page.pointee.exit_reason)", errno: EIO)
    }
    let value = ckvm_io_data(page).loadUnaligned(as: UInt32.self)
    switch Int32(ckvm_io(page).pointee.port) {
    case GUEST_PMI_PORT: print("PMI: the counter, which began at -\(GUEST_PERIOD), reads \(value)")
    case GUEST_END_PORT:
      print("the guest counted \(value &+ UInt32(GUEST_PERIOD)) instructions of its ring 0")
      print("\(hookup.calls.msrExits) MSR exits, \(hookup.calls.pmis) PMI, \(pmu.statistics.created) host event")
      return
    default: break
    }
  }
}

/// 64-bit long mode, where 2 MB from address 0 on are mapped; the local APIC in x2APIC mode. The guest is passed
/// its counter's registers, found by their roles.
func setRegisters(_ vcpu: VCPUHandle, _ declaration: ModelDeclaration, _ memory: UnsafeMutableRawPointer) throws {
  for (place, entry) in [(0x1000, 0x2003), (0x2000, 0x3003), (0x3000, 0x83)] as [(Int, UInt64)] {
    memory.storeBytes(of: entry, toByteOffset: place, as: UInt64.self)
  }
  var sregs = kvm_sregs()
  try KVMError.check("KVM_GET_SREGS", ckvm_get_sregs(vcpu.fd, &sregs))
  (sregs.cr0, sregs.cr3, sregs.cr4, sregs.efer) = (0x8000_0011, 0x1000, 0x20, 0x500)
  sregs.apic_base |= 0xC00
  var segment = kvm_segment()
  (segment.limit, segment.present, segment.s, segment.g) = (0xFFFF_FFFF, 1, 1, 1)
  (segment.selector, segment.type, segment.l) = (8, 11, 1)
  sregs.cs = segment
  (segment.selector, segment.type, segment.l, segment.db) = (16, 3, 0, 1)
  (sregs.ds, sregs.es, sregs.fs, sregs.gs, sregs.ss) = (segment, segment, segment, segment, segment)
  try KVMError.check("KVM_SET_SREGS", ckvm_set_sregs(vcpu.fd, &sregs))
  func register(_ role: RegisterRole) -> UInt64 {
    UInt64(declaration.ranges.first { $0.role == role }?.first.rawValue ?? 0)
  }
  var regs = kvm_regs()
  (regs.rip, regs.rflags) = (UInt64(GUEST_ADDRESS), 2)
  (regs.rbx, regs.rsi) = (register(.gpCounter), register(.eventSelect))
  regs.rdi = (declaration.event(for: .instructions)?.select ?? 0) | 0x52_0000  // EN, INT, OS
  try KVMError.check("KVM_SET_REGS", ckvm_set_regs(vcpu.fd, &regs))
}

do {
  try boot(PluginCatalogue().select(model: CommandLine.arguments.dropFirst().first ?? "intel-v2"))
} catch {
  print("MinimalVMM: \(error)")
  exit(1)
}

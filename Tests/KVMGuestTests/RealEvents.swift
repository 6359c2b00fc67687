import CKVM
import Glibc
import GuestPerf
import IntelModel
import KVMGuest
import KVMPMU
import VPMUCore
import VPMUModel

import PerfEventHost

extension Guest {
  static let capabilities = HostProbe.run()
}

extension Guest.NotificationWindowTests {
  /// Page faults to the overflow: more than the VMM makes by itself.
  static let period: Int64 = 2000

  typealias RealGuest = (
    pmu: VirtualPMU<IntelModel, PerfEventHost, Reuse>,
    cpu: VirtualCPU<VirtualPMU<IntelModel, PerfEventHost, Reuse>>
  )

  /// A guest on events of this kernel.
  static func guest(_ options: PerfEventOptions, _ vcpu: VCPUOptions = VCPUOptions()) throws -> RealGuest {
    let model = IntelModel()
    let preset = model.declaration.presets[0]
    let pmu = try VirtualPMU(
      model: model, configuration: preset.configuration, host: PerfEventHost(Guest.capabilities, options: options))
    let cpu = try VirtualCPU(
      VirtualMachine(models: [model.declaration]), pmu, guest: preset.configuration, vendor: "GenuineIntel",
      hookup: HookupOptions(for: model.declaration), options: vcpu)
    return (pmu, cpu)
  }

  /// KVM_GET_REGS: where the guest is.
  static func registers(_ vcpu: VCPUHandle) throws -> [UInt64] {
    var regs = kvm_regs()
    try KVMError.check("KVM_GET_REGS", ckvm_get_regs(vcpu.fd, &regs))
    return [regs.rip, regs.rsp, regs.rax, regs.rcx, regs.rflags]
  }

  /// The first counter samples every 2 ms of the software clock.
  static func everyTwoMilliseconds(on map: RegisterMap) -> CounterSet {
    CounterSet([GuestEvent(code: 0xC0, rings: .user, period: 2_000_000)], on: map)
  }

  static func program(_ set: CounterSet, on map: RegisterMap) -> [GuestCommand] {
    var port = CommandPort()
    PerfDriver(map).program(set, &port)
    return port.commands
  }
}

/// Memory whose pages fault once each when they are touched.
struct FreshPages: ~Copyable {
  private let start: UnsafeMutableRawPointer
  private let count: Int

  init(_ count: Int) {
    self.count = count
    start = mmap(nil, count * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    madvise(start, count * 4096, 15)  // MADV_NOHUGEPAGE
  }

  deinit { munmap(start, count * 4096) }

  func touchAll() {
    for page in 0..<count { start.storeBytes(of: 1, toByteOffset: page * 4096, as: UInt8.self) }
  }
}

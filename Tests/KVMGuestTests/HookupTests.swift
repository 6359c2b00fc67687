import CKVM
import GuestPerf
import IntelModel
import KVMGuest
import KVMPMU
import TestSupport
import Testing
import VPMUCore
import VPMUModel

extension Guest {
  @Suite struct HookupTests {
    @Test func `The VMM's own share is measured with an empty guest and taken out, to the instruction`() throws {
      let (share, counts) = try Guest.run { () -> (VMMShare, [UInt64]) in
        let declaration = IntelModel().declaration
        let guest = declaration.presets[0].configuration
        let pmu = try NoisyPMU(guest)
        var hookup = HookupOptions(for: declaration)
        (hookup.runs, hookup.slices) = (pmu.runs, .external)
        let cpu = try VirtualCPU(
          VirtualMachine(models: [declaration]), pmu, guest: guest, vendor: "GenuineIntel", hookup: hookup)
        let map = try cpu.findRegisters(declaration, widths: (48, 48))
        let share = try VMMShare.calibrate(cpu, declaration, map)
        pmu.host.share = share
        let control = MSRNumber(0x186)
        func count(_ exits: Int) throws -> UInt64 {
          let answers = try cpu.perform(
            [.wrmsr(control, 0), .wrmsr(MSRNumber(0xC1), 0), .wrmsr(control, 0x41_00C0), .wrmsr(MSRNumber(0x38F), 1)]
              + Array(repeating: .rdmsr(control), count: exits)
              + [.wrmsr(MSRNumber(0x38F), 0), .rdmsr(MSRNumber(0xC1))])
          guard case .value(let value)? = answers.last else { return .max }
          return value
        }
        return (share, try [0, 1, 5, 40].map(count))
      }
      let constant = try #require(share[.instructions])
      #expect(constant.betweenRuns == NoisyPMU.beforeRun + NoisyPMU.afterRun)
      #expect(constant.edges == NoisyPMU.beforeRun + NoisyPMU.afterRun)
      #expect(counts == [0, 0, 0, 0])
    }

    @Test func `An exit that was answered is completed before registers are saved`() throws {
      let (before, after, stays, last) = try Guest.run { () -> ([UInt8], [UInt8], Bool, GuestResult) in
        let guest = try GuestUnderTest(IntelModel(), IntelModel().declaration.presets[0].configuration)
        let cpu = guest.cpu
        try cpu.load([.wrmsr(MSRNumber(0xC1), 77), .rdmsr(MSRNumber(0xC1))])
        while cpu.hookup.calls.msrExits == 0 { _ = try cpu.step() }
        /// The instruction before the one that the guest is at.
        func lastBytes() throws -> (UInt64, [UInt8]) {
          var regs = kvm_regs()
          try KVMError.check("KVM_GET_REGS", ckvm_get_regs(cpu.hookup.vcpu.fd, &regs))
          return (regs.rip, Array(cpu.window[Int(regs.rip) - 2..<Int(regs.rip)]))
        }
        let before = try lastBytes()
        try cpu.hookup.completeExit()
        let after = try lastBytes()
        try cpu.hookup.completeExit()
        let again = try lastBytes()
        _ = try cpu.run()
        return (
          before.1, after.1, again == after, cpu.results(of: [.wrmsr(MSRNumber(0xC1), 77), .rdmsr(MSRNumber(0xC1))])[1]
        )
      }
      #expect(after == [0x0F, 0x30], "past WRMSR, where it was \(before)")
      #expect(stays, "and not a step further")
      #expect(last == .value(77))
    }

    @Test(arguments: [true, false], [LVTPC.nmi, .programInterrupt])
    func `A guest that turns its local APIC off gets no PMI, and the VMM no error`(
      _ isX2APIC: Bool, _ lvtpc: LVTPC
    ) throws {
      let (pmis, calls) = try Guest.run { () -> (HandledPMIs, KVMCallCounts) in
        let model = IntelModel()
        let guest = try GuestUnderTest(
          model, model.declaration.presets[0].configuration, options: VCPUOptions(isX2APIC: isX2APIC))
        let map = try guest.cpu.findRegisters(model.declaration, widths: guest.widths)
        try guest.cpu.setLVTPC(lvtpc)
        let set = CounterSet([GuestEvent(code: 0xC0, period: 100)], on: map)
        guest.cpu.handlePMIs(of: set, on: map, lvtpc: nil)
        var program = CommandPort()
        PerfDriver(map).program(set, &program)
        _ = try guest.cpu.perform(program.commands + [.wrmsr(MSRNumber(0x1B), 0xFEE0_0000)])
        try guest.runInstructions(100)
        _ = try guest.cpu.perform(.userLoop(1000))
        return (guest.cpu.pmis, guest.cpu.hookup.calls)
      }
      #expect(pmis.count == 0)
      #expect(calls.pmis == 0 && calls.maskedPMIs == 1)
    }

    @Test func `Without a PMU of KVM's own there is no mirror, and its reason is said`() throws {
      let error = #expect(throws: GuestError.self) {
        try Guest.run {
          // KVM's PMU is off in this machine.
          _ = try GuestUnderTest(IntelModel(), IntelModel().declaration.presets[0].configuration, rdpmc: .mirror)
        }
      }
      guard case .hookup(.noMirror(let reason))? = error else {
        Issue.record("\(String(describing: error))")
        return
      }
      #expect(reason.contains("KVM"), "\(reason)")
    }

    @Test func `A counter that KVM's own PMU does not take is no RDPMC that is silently old`() throws {
      let error = try Guest.run { () -> HookupError? in
        let guest = try GuestUnderTest(IntelModel(), IntelModel().declaration.presets[0].configuration)
        let mirror = RDPMCMirror(guest.cpu.hookup.vcpu, counters: RDPMCMirror.registers(IntelModel().declaration))
        do throws(HookupError) { _ = try mirror.update(guest.pmu) } catch { return error }
        return nil
      }
      guard case .kvm(let refusal)? = error else {
        Issue.record("\(String(describing: error))")
        return
      }
      #expect(refusal.call.hasPrefix("KVM_SET_MSRS of"), "\(refusal)")
    }

    @Test(arguments: [true, false])
    func `A PMI that was due when the hook-up was saved comes after it was restored`(_ isX2APIC: Bool) throws {
      let (pmis, after) = try Guest.run { () -> (HandledPMIs, PMIState) in
        let model = IntelModel()
        let guest = try GuestUnderTest(
          model, model.declaration.presets[0].configuration, options: VCPUOptions(isX2APIC: isX2APIC))
        try guest.cpu.setLVTPC(.nmi)
        guest.cpu.hookup.pmiState = PMIState(isDue: true)
        _ = try guest.cpu.perform(.userLoop(10))
        return (guest.cpu.pmis, guest.cpu.hookup.pmiState)
      }
      #expect(pmis.count == 1 && pmis.empty == 1)
      #expect(!after.isDue)
    }

    @Test func `One that waits for the guest's handler still waits after it was restored`() throws {
      let (saved, early, late) = try Guest.run { () -> (PMIState, KVMCallCounts, KVMCallCounts) in
        let model = IntelModel()
        let guest = try GuestUnderTest(
          model, model.declaration.presets[0].configuration, options: VCPUOptions(isX2APIC: false))
        try guest.cpu.setLVTPC(.nmi)
        let hookup = guest.cpu.hookup
        hookup.pmiState.isDue = true
        try hookup.enter()
        hookup.pmiState.isDue = true
        let saved = hookup.pmiState
        hookup.pmiState = PMIState()
        hookup.pmiState = saved
        try hookup.enter()
        let early = hookup.calls
        _ = try guest.cpu.perform(.wrmsr(MSRNumber(0x186), 0))
        _ = try guest.cpu.perform(.userLoop(10))
        return (saved, early, hookup.calls)
      }
      #expect(saved == PMIState(isDue: true, isOutstanding: true))
      #expect(early.pmis == 1)
      #expect(late.pmis == 2)
    }

    @Test func `A PMI before the first run in another mode of the local APIC goes by that mode`() throws {
      let (before, after, read) = try Guest.run { () -> (KVMCallCounts, KVMCallCounts, UInt64) in
        let model = IntelModel()
        let guest = try GuestUnderTest(model, model.declaration.presets[0].configuration)
        try guest.cpu.setLVTPC(.nmi)
        let vcpu = guest.cpu.hookup.vcpu
        // Another machine's: its local APIC is off.
        var sregs = kvm_sregs()
        try KVMError.check("KVM_GET_SREGS", ckvm_get_sregs(vcpu.fd, &sregs))
        sregs.apic_base &= ~0xC00
        try KVMError.check("KVM_SET_SREGS", ckvm_set_sregs(vcpu.fd, &sregs))
        guest.cpu.hookup.pmiState = PMIState(isDue: true)
        let before = guest.cpu.hookup.calls
        try guest.cpu.hookup.enter()
        return (before, guest.cpu.hookup.calls, vcpu.run.pointee.apic_base)
      }
      #expect(read & 0x800 != 0, "kvm_run still says that it is on")
      #expect(after.pmis == before.pmis)
      #expect(after.maskedPMIs == before.maskedPMIs + 1)
    }
  }
}

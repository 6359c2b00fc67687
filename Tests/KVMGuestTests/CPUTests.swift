import AMDModel
import IntelModel
import KVMGuest
import KVMPMU
import PerfEventHost
import SimulatedHost
import TestSupport
import Testing
import VPMUCore
import VPMUModel

extension Guest {
  @Suite struct CPUTests {
    @Test func `Registers next to the PMU have sane values`() throws {
      let answers = try Guest.run {
        let preset = IntelModel().declaration.presets[1]
        let guest = try GuestUnderTest(IntelModel(), preset.configuration)
        return try guest.cpu.perform([
          .rdmsr(MSRNumber(0x1A0)), .wrmsr(MSRNumber(0x1A0), 0x1881), .wrmsr(MSRNumber(0x1A0), 0),
          .rdmsr(MSRNumber(0x345)),
        ])
      }
      #expect(answers[0] == .value(0x1881), "performance monitoring available, branch traces and sampling not")
      #expect(answers[1] == .done)
      #expect(answers[2] == .fault)
      #expect(answers[3] == .value(IntelModel().declaration.presets[1].configuration.perfCapabilities))
    }

    @Test func `An AMD guest has none of Intel's registers`() throws {
      let answers = try Guest.run {
        let guest = try GuestUnderTest(AMDModel(), AMDModel().declaration.presets[0].configuration)
        return try guest.cpu.perform([.rdmsr(MSRNumber(0x1A0)), .rdmsr(MSRNumber(0x345)), .rdmsr(MSRNumber(0x38F))])
      }
      #expect(answers == [.fault, .fault, .fault])
    }

    @Test(arguments: [RDPMCMethod.none, .rewrite(), .rewrite(port: 0x7B)])
    func `RDPMC gives the counter if it is rewritten, and faults if it is not`(_ way: RDPMCMethod) throws {
      let isRewritten = way != .none
      let (answers, calls, rewrite) = try Guest.run {
        let guest = try GuestUnderTest(IntelModel(), IntelModel().declaration.presets[0].configuration, rdpmc: way)
        try guest.cpu.setUserRDPMC(true)
        let answers = try guest.cpu.perform([
          .wrmsr(MSRNumber(0xC2), 0x8765_4321), .rdpmc(RDPMCSelector(1), isUser: false),
          .rdpmc(RDPMCSelector(1), isUser: true), .rdpmc(RDPMCSelector(77), isUser: false),
          .rdpmc(RDPMCSelector(77), isUser: true), .rdmsr(MSRNumber(0xC2)),
        ])
        return (answers, guest.cpu.hookup.calls, guest.cpu.rewrite)
      }
      let value = GuestResult.value(0xFFFF_8765_4321)
      #expect(answers == [.done, isRewritten ? value : .fault, isRewritten ? value : .fault, .fault, .fault, value])
      #expect(calls.rdpmcExits == (isRewritten ? 4 : 0))
      #expect(rewrite?.replaced.count == (isRewritten ? 3 : nil))
      #expect(rewrite.map { $0.leftAlone.isEmpty && $0.skipped == 0 } ?? true)
    }

    @Test func `Ring 3 may execute RDPMC only if CR4 says so`() throws {
      let answers = try Guest.run {
        let guest = try GuestUnderTest(IntelModel(), IntelModel().declaration.presets[0].configuration)
        return [
          try guest.cpu.perform(.rdpmc(RDPMCSelector(0), isUser: true)),
          try {
            try guest.cpu.setUserRDPMC(true); return try guest.cpu.perform(.rdpmc(RDPMCSelector(0), isUser: true))
          }(),
        ]
      }
      #expect(answers == [.fault, .value(0)])
    }

    @Test func `A guest that does not come back is stopped at its time limit`() throws {
      let (error, time, after) = try Guest.run {
        let guest = try GuestUnderTest(
          IntelModel(), IntelModel().declaration.presets[0].configuration,
          options: VCPUOptions(timeLimit: 50_000_000))
        let start = ContinuousClock.now
        var error: GuestError?
        do throws(GuestError) { _ = try guest.cpu.perform(.userLoop(.max)) } catch let caught { error = caught }
        let time = ContinuousClock.now - start
        // The vCPU is still good for something.
        try guest.cpu.restart()
        return (error, time, try guest.cpu.perform(.rdmsr(MSRNumber(0x38F))))
      }
      #expect(error == .timeLimit(nanoseconds: 50_000_000))
      #expect(time >= .milliseconds(50) && time < .seconds(5))
      #expect(after == .value(0xF))
    }

    @Test func `A time limit that is over before the guest is entered holds`() throws {
      let error = try Guest.run { () -> GuestError? in
        let guest = try GuestUnderTest(
          IntelModel(), IntelModel().declaration.presets[0].configuration, options: VCPUOptions(timeLimit: 1))
        // A second and more, after which it would come back.
        do throws(GuestError) { _ = try guest.cpu.perform(.userLoop(5_000_000_000)) } catch { return error }
        return nil
      }
      #expect(error == .timeLimit(nanoseconds: 1))
    }

    @Test func `So is one that exits all the time`() throws {
      let error = try Guest.run { () -> GuestError? in
        let guest = try GuestUnderTest(
          IntelModel(), IntelModel().declaration.presets[0].configuration, options: VCPUOptions(timeLimit: 3_000_000))
        do throws(GuestError) {
          _ = try guest.cpu.perform(Array(repeating: .rdmsr(MSRNumber(0x38F)), count: 500))
          return nil
        } catch { return error }
      }
      #expect(error == .timeLimit(nanoseconds: 3_000_000))
    }

    @Test(.enabled(if: GuestCounting.detect() == .nestedInSoftware, "ring 0 is not emulated here"))
    func `Loops make the instructions that they say, in ring 0 as emulated ones`() throws {
      let counts = try Guest.run {
        let model = IntelModel()
        let host = SimulatedHost(limits: .generous)
        let preset = model.declaration.presets[0]
        let pmu = try VirtualPMU(model: model, configuration: preset.configuration, host: host)
        let cpu = try VirtualCPU(
          VirtualMachine(models: [model.declaration]), pmu, guest: preset.configuration, vendor: "GenuineIntel",
          hookup: HookupOptions(for: model.declaration, counting: .nestedInSoftware))
        let control = MSRNumber(0x38F)
        // Instructions, ring 0, on the second counter.
        let commands: [GuestCommand] = [.wrmsr(MSRNumber(0x187), 0x42_00C0), .wrmsr(control, 2)]
        func measure(_ rounds: UInt64) throws -> UInt64 {
          let answers = try cpu.perform(
            commands + [.wrmsr(MSRNumber(0xC2), 0), .kernelLoop(rounds), .rdmsr(MSRNumber(0xC2))])
          guard case .value(let count)? = answers.last else { return 0 }
          return count
        }
        return (try measure(1), try measure(101), try measure(1001), cpu.hookup.calls.emulatedInstructions)
      }
      #expect(counts.1 - counts.0 == 100 * LoopRound.kernel.instructions)
      #expect(counts.2 - counts.0 == 1000 * LoopRound.kernel.instructions)
      #expect(counts.3 > 2200)
    }

    @Test func `Eight vCPUs on threads of their own, of different models, do not touch each other`() throws {
      let models = VendorPreset.all.filter { !$0.preset.name.hasPrefix("intel-v3") }.prefix(8)
      try #require(models.count == 8)
      let machine = try VirtualMachine(vcpus: 8, models: [IntelModel().declaration, AMDModel().declaration])
      let threads = try models.enumerated().map { id, preset in
        try VCPUThread.start { () -> [Bool] in
          (try? preset.vendor.accept(OwnValues(machine: machine, id: id, preset: preset.preset))) ?? [false]
        }
      }
      for thread in threads { #expect(try thread.wait() == Array(repeating: true, count: 50)) }
    }
  }

  /// Writes a vCPU's own values to its first counter, and reads them back.
  struct OwnValues: ModelVisitor {
    let machine: VirtualMachine
    let id: Int
    let preset: Preset

    func visit<Model: PMUModel>(_ model: Model) throws -> [Bool] {
      let declaration = model.declaration
      let pmu = try VirtualPMU(
        model: model, configuration: preset.configuration, host: SimulatedHost(limits: .generous))
      let cpu = try VirtualCPU(
        machine, id: id, pmu, guest: preset.configuration, vendor: declaration.cpuidVendors[0],
        hookup: HookupOptions(for: declaration))
      let map = try cpu.findRegisters(declaration, widths: (40, 40))
      guard let counter = map.generalPurpose.first else { return [] }
      return try (0..<50).map { round in
        let value = UInt64(id * 1000 + round)
        return try cpu.perform([.wrmsr(counter.value, value), .userLoop(100), .rdmsr(counter.value)]).last
          == .value(value)
      }
    }
  }
}

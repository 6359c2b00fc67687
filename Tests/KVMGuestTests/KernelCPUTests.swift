import AMDModel
import IntelModel
import KVMGuest
import KVMPMU
import SimulatedHost
import Testing
import VPMUCore
import VPMUModel

extension Guest {
  @Suite("A kernel of one's own") struct KernelCPUTests {
    @Test("finds machine and PMU as it expects them, on an Intel CPU")
    func intel() throws { try check(IntelModel()) }

    @Test("finds machine and PMU as it expects them, on an AMD CPU")
    func amd() throws { try check(AMDModel()) }

    private func check<Model: PMUModel>(_ model: Model) throws {
      let run = try KernelRun(model, TestKernelFile.build("start.S", "kernel.c"), .protected32)
      let (lines, result) = (run.lines, run.result)
      #expect(result == 0, "\(lines)")
      #expect(!lines.contains { $0.hasPrefix("FAIL") }, "\(lines)")
      #expect(lines.contains("ok   EAX is multiboot's"))
      #expect(lines.contains("memory: \(KernelRun.memory * 1024 - 1024) KB above 1 MB"))
      #expect(lines.contains("command line: kernel one two"))
      #expect(lines.contains("module first: content"))
      #expect(lines.contains("ok   an overflow is one interrupt"))
      #expect(run.calls.rdpmcExits == 2 && run.calls.faults == 1 && run.calls.pmis == 1)
      guard GuestCounting.detect() == .nestedInSoftware else { return }
      // The loop has 2000, and a compiler needs a few more to begin it and to stop the counter.
      #expect((2001...2020).contains { lines.contains("counted \($0) instructions") }, "\(lines)")
    }

    @Test("that enters long mode by itself reads its counter there")
    func longMode() throws {
      let run = try KernelRun(IntelModel(), TestKernelFile.build("long_mode.S"), .long64)
      #expect(run.result == 0)
      #expect(run.calls.rdpmcExits == 2 && run.calls.faults == 1)
    }

    @Test(
      "that never ends is given up at its time limit", arguments: [[0xEB, 0xFE], [0xF4, 0xEB, 0xFD]] as [[UInt8]])
    func timeLimit(code: [UInt8]) throws {
      var file = KernelFile()
      file.code = code + [UInt8](repeating: 0x90, count: 4 - code.count)
      #expect(throws: GuestError.timeLimit(nanoseconds: 300_000_000)) {
        try KernelRun(IntelModel(), file.bytes, .protected32, timeLimit: 300_000_000)
      }
    }

    @Test("that reads where nothing is hears address, size and place")
    func unknownAddress() throws {
      var file = KernelFile()
      file.code = [0x8B, 0x00, 0x90, 0x90]  // MOV EAX, [EAX], which is multiboot's 2BADB002H
      let error = #expect(throws: GuestError.self) { try KernelRun(IntelModel(), file.bytes, .protected32) }
      guard case .unknownAddress(0x2BAD_B002, size: 4, isWrite: false, let rip)? = error else {
        Issue.record("\(error.debugDescription)")
        return
      }
      #expect((UInt64(file.entry)...UInt64(file.entry) + 2).contains(rip))
      #expect(error?.description.contains("reads 4 bytes at 0x2badb002") == true, "\(error.debugDescription)")
    }

    @Test("that loses itself is stopped, saying how")
    func tripleFault() throws {
      var file = KernelFile()
      file.code = [0x0F, 0x0B, 0x90, 0x90]  // UD2, without any interrupt table
      let error = #expect(throws: GuestError.self) { try KernelRun(IntelModel(), file.bytes, .protected32) }
      #expect(error?.description.contains("triple fault") == true, "\(error.debugDescription)")
    }
  }
}

/// A kernel that ran, on a simulated host: what counts are instructions that KVM emulated.
private struct KernelRun: Sendable {
  /// MB
  static let memory = 32

  let result: UInt32
  let lines: [String]
  let calls: KVMCallCounts

  init<Model: PMUModel>(
    _ model: Model, _ file: [UInt8], _ mode: InstructionLength.Mode, timeLimit: UInt64 = 30_000_000_000
  ) throws {
    self = try Guest.run { try KernelRun(here: model, file, mode, timeLimit) }
  }

  private init<Model: PMUModel>(
    here model: Model, _ file: [UInt8], _ mode: InstructionLength.Mode, _ timeLimit: UInt64
  ) throws {
    let declaration = model.declaration
    let configuration = declaration.presets[0].configuration
    let machine = try VirtualMachine(models: [declaration], memory: Self.memory << 20)
    let memory = UnsafeMutableRawBufferPointer(start: machine.memory, count: machine.memorySize)
    let kernel = try MultibootKernel(file)
    let loaded = try kernel.load(
      into: memory, commandLine: "kernel one two", modules: [(Array("content".utf8), "first")])
    _ = kernel.rewriteRDPMC(in: memory, mode)
    let pmu = try VirtualPMU(model: model, configuration: configuration, host: SimulatedHost(limits: .generous))
    let output = Output()
    let cpu = try KernelCPU(
      machine, pmu, guest: configuration, vendor: declaration.cpuidVendors[0],
      hookup: HookupOptions(for: declaration, rdpmc: .rewrite(), counting: .detect()), kernel: loaded,
      devices: [
        SerialPort { output.bytes.append($0) }, FirmwareConfiguration(cpus: 1, memory: UInt64(machine.memorySize)),
      ], exitPort: ExitPort(), options: VCPUOptions(timeLimit: timeLimit))
    result = try cpu.run()
    lines = String(decoding: output.bytes, as: UTF8.self).split(separator: "\n").map(String.init)
    calls = cpu.hookup.calls
  }

  private final class Output {
    var bytes: [UInt8] = []
  }
}

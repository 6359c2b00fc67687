import Foundation
import TestSupport
import Testing

@Suite(
  "The PMU in QEMU",
  .enabled(if: QEMU.found != nil, "there is no QEMU 11.1 or later here: make linux-guest makes one"),
  .enabled(if: BuiltFiles.isThere, "the first build of libvpmu takes minutes: make qemu-plugin, or test in release"))
struct QEMUPluginTests {
  private static let exact = [
    Machine(),
    Machine(arguments: ["-icount", "shift=0"]),
    Machine(arguments: ["-icount", "shift=0,sleep=off"]),
    Machine(accelerator: "tcg,thread=multi", arguments: ["-smp", "2"]),
    Machine(accelerator: "tcg,one-insn-per-tb=on"),
    Machine(accelerator: "tcg,tb-size=1"),
    Machine(options: "model=intel-v2,taken=on,memory=on"),
    Machine(options: "model=intel-v4,policy=adaptive"),
    Machine(options: "model=amd-v2", cpu: "EPYC,+x2apic"),
    Machine(options: "model=amd-v2", cpu: "EPYC", accelerator: "tcg,thread=multi", arguments: ["-smp", "2"]),
  ]

  /// Loops, faults of every kind, repeated instructions, code that changes itself, devices, locks, breakpoints, steps,
  /// interrupts, aliases; #GP, PMIs by NMI and vector, in xAPIC and x2APIC mode; RESET.
  @Test("counts exactly what was retired, whatever ended a block", arguments: exact)
  func counts(machine: Machine) throws {
    let run = try machine.run()
    #expect(run.isComplete, "\(run.lines)\n\(run.errors)")
    #expect(run.failed == [])
    #expect(run.status == 1)
  }

  @Test("without exact counting is wrong only where the emulator breaks off a block without an exception")
  func approximate() throws {
    let run = try Machine(options: "model=intel-v2,exact=off").run()
    #expect(run.isComplete, "\(run.lines)\n\(run.errors)")
    let brokenOff = ["device_accesses", "kernel_halt", "self_modifying:", "locked", "watchpoints"].map { "FAIL \($0)" }
    #expect(run.failed.filter { line in !brokenOff.contains { line.hasPrefix($0) } } == [])
  }

  @Test("writes each vCPU's life as a trace that replays")
  func trace() throws {
    let folder = try TemporaryFolder()
    let path = folder.url.appending(path: "trace").path
    let machine = Machine(
      options: "model=intel-v2,trace=\(path)", accelerator: "tcg,thread=multi", arguments: ["-smp", "2"])
    #expect(try machine.run().failed == [])
    let replay = try Program.vpmu(["replay", path, path + ".1"])
    #expect(replay.status == 0, "\(replay.output)\n\(replay.errors)")
    #expect(replay.output.contains(" 0 mismatches"), "\(replay.output)")
  }

  @Test("says in the end what was counted")
  func statistics() throws {
    let run = try Machine(options: "model=intel-v2,stats=on").run()
    #expect(run.errors.contains { $0.contains("vCPU 0, intel-v2, reuse: instructions ") }, "\(run.errors)")
    #expect(run.errors.contains { $0.contains("host events created ") }, "\(run.errors)")
  }

  @Test(
    "says in one line why it does not run",
    arguments: [
      (Machine(options: "model=intel-v99"), "no model is called \"intel-v99\""),
      (Machine(options: "models=intel-v2"), "there is no option models"),
      (Machine(options: "exact=perhaps"), "option exact=perhaps: on or off is needed"),
      (Machine(options: "slice=12"), "option slice=12: a number of instructions is needed"),
      (Machine(options: "cycles=many"), "option cycles=many"),
      (Machine(options: "policy=none"), "none"),
      (Machine(options: "trace=/nowhere/trace"), "trace=/nowhere/trace: No such file or directory"),
      (Machine(options: "model=amd-v2"), "the guest's CPU is of GenuineIntel, the model amd-v2 of AuthenticAMD"),
      (Machine(accelerator: "tcg,thread=single", arguments: ["-smp", "2"]), "several vCPUs need a thread each"),
    ])
  func refusals(machine: Machine, text: String) throws {
    let run = try machine.run()
    #expect(run.status == 1 && run.errors.count == 1, "\(run.errors)")
    #expect(run.errors.first?.hasPrefix("vpmu: ") == true && run.errors.first?.contains(text) == true, "\(run.errors)")
  }
}

import Testing

@testable import LinuxGuest

@Suite struct QEMUTests {
  @Test(arguments: [
    ("QEMU emulator version 11.1.3 (Debian 1:11.1.3+ds-2~bpo13+1)\nCopyright (c)", 11, 1),
    ("QEMU emulator version 7.2.19 (Debian 1:7.2+dfsg-7)", 7, 2), ("QEMU emulator version 11.0.50", 11, 0),
  ])
  func `A version is read from QEMU's own line`(_ output: String, _ major: Int, _ minor: Int) throws {
    let version = try #require(QEMUVersion(output: output))
    #expect(version == QEMUVersion(major: major, minor: minor))
    #expect((version >= .least) == (major > 11 || major == 11 && minor >= 1))
  }

  @Test(arguments: ["", "bash: qemu-system-x86_64: not found", "QEMU emulator version ten"])
  func `Other text is no version`(_ output: String) { #expect(QEMUVersion(output: output) == nil) }

  @Test(arguments: [
    ("intel-v1", "Skylake-Server"), ("intel-v2", "Skylake-Server"), ("intel-v2-fullwidth", "Skylake-Server"),
    ("intel-v5", "Skylake-Server"), ("amd-k7", "Opteron_G2"), ("amd-f15h", "Opteron_G5,+xsaveopt,+xgetbv1"),
    ("amd-v2", "EPYC-Genoa"),
  ])
  func `A model has a CPU of its vendor and family, in xAPIC mode`(_ model: String, _ cpu: String) {
    #expect(EmulatedCPU.option(forModel: model) == "\(cpu),-x2apic")
  }

  @Test func `A model of another vendor has none`() { #expect(EmulatedCPU.option(forModel: "example-cpu") == nil) }

  private func words(_ change: (inout GuestConfiguration) -> Void) throws -> [String] {
    var configuration = GuestConfiguration()
    change(&configuration)
    let programs = GuestPrograms(
      qemu: GuestProgram(path: "/r/qemu", libraries: "/r/lib"), firmware: ["/r/fw"],
      virtiofsd: GuestProgram(path: "/v"),
      kernel: GuestKernel(path: "/k"), tools: [:])
    return try QEMUArguments.words(
      programs, configuration, .init(initialRAMDisk: 3, files: 4, directory: 5, channel: 6, console: 7))
  }

  @Test func `A program of the made folder runs with its own loader and libraries`() throws {
    #expect(
      try words { _ in }.prefix(6) == [
        "/r/lib/ld-linux-x86-64.so.2", "--library-path", "/r/lib", "/r/qemu", "-L", "/r/fw",
      ])
  }

  @Test func `Time follows instructions on one thread, else each vCPU has its own`() throws {
    let counted = try words { _ in }
    #expect(counted.contains("shift=0,sleep=off") && counted.contains("tcg,thread=single"))
    let free = try words { $0.countsInstructions = false }
    #expect(!free.contains("-icount") && free.contains("tcg,thread=multi"))
  }

  @Test func `The plugin gets its options, with commas doubled`() throws {
    var plugin = PluginOption(file: "/a,b/libvpmu-qemu.so", model: "amd-v2")
    #expect(plugin.text == "/a,,b/libvpmu-qemu.so,model=amd-v2,exact=on")
    plugin.isExact = false
    plugin.policy = "adaptive"
    plugin.trace = "/t,1"
    plugin.showsStatistics = true
    #expect(plugin.text == "/a,,b/libvpmu-qemu.so,model=amd-v2,exact=off,policy=adaptive,trace=/t,,1,stats=on")
    let words = try words { $0.plugin = plugin }
    #expect(words.suffix(2) == ["-plugin", plugin.text])
    #expect(try !self.words { _ in }.contains("-plugin"))
  }

  @Test func `The kernel is quiet unless its messages are asked for`() {
    var configuration = GuestConfiguration()
    #expect(KernelCommandLine.text(configuration).contains(" quiet "))
    configuration.showsKernelMessages = true
    #expect(!KernelCommandLine.text(configuration).contains("quiet"))
  }
}

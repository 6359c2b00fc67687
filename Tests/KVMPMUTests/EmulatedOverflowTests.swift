import CKVM
import Glibc
import IntelModel
import KVMPMU
import SimulatedHost
import TestSupport
import Testing
import VPMUCore
import VPMUModel

/// The order after KVM_RUN: what KVM emulated came before the exit that ended the run.
@Suite struct EmulatedOverflowTests {
  private static let select0 = MSRNumber(0x186)
  private static let counter0 = MSRNumber(0xC1)
  private static let status = MSRNumber(0x38E)
  private static let globalControl = MSRNumber(0x38F)
  private static let writes: [(MSRNumber, UInt64)] = [(globalControl, 0), (select0, 0), (counter0, 500)]

  /// A hook-up whose exits and statistics are written by the test. No kernel is asked.
  private final class Machine<Policy: EventPolicy> {
    private let page = UnsafeMutablePointer<kvm_run>.allocate(capacity: 1)
    let statistics: VCPUStatistics
    let hookup: PMUHookup<VirtualPMU<IntelModel, SimulatedHost, Policy>>

    init(_ policy: Policy) throws {
      page.initialize(to: kvm_run())
      statistics = try VCPUStatistics(names: ["exits", "insn_emulation", "irq_exits"])
      let model = IntelModel()
      let pmu = try VirtualPMU(
        model: model, configuration: model.declaration.presets[0].configuration,
        host: SimulatedHost(limits: .generous), policy: policy)
      var options = HookupOptions(for: model.declaration)
      (options.slices, options.deliversPMI) = (.external, false)
      let emulated = try EmulatedInstructions(
        statistics: dup(statistics.descriptor), try #require(options.instructions))
      hookup = try PMUHookup(pmu, VCPUHandle(fd: -1, vm: -1, run: page), options: options, emulated: emulated)
    }

    deinit {
      hookup.detach()
      page.deallocate()
    }

    /// The guest runs, KVM emulates so many instructions, and the last one is RDMSR or WRMSR.
    func exit(_ msr: MSRNumber, write value: UInt64? = nil, emulating count: UInt64 = 0) throws -> UInt64 {
      statistics.add(count, to: "insn_emulation")
      statistics.add(1, to: "exits")
      page.pointee.exit_reason = UInt32(value == nil ? KVM_EXIT_X86_RDMSR : KVM_EXIT_X86_WRMSR)
      let exit = ckvm_msr(page)
      exit.pointee.index = msr.rawValue
      exit.pointee.reason = MSRExitReasons.filter.rawValue
      exit.pointee.data = value ?? 0
      try hookup.guestRan()
      #expect(try hookup.handle() == .handled)
      #expect(exit.pointee.error == 0)
      return exit.pointee.data
    }

    /// Counter 0 counts instructions, and wraps after `distance`.
    func sample(_ distance: UInt64) throws {
      _ = try exit(EmulatedOverflowTests.counter0, write: 0 &- distance)
      _ = try exit(EmulatedOverflowTests.select0, write: 0x53_00C0)
      #expect(try hookup.enter() == .run)
    }
  }

  private struct StatusRead: PolicyKind.Visitor {
    func visit<Policy: EventPolicy>(_ policy: Policy) throws {
      let machine = try Machine(policy)
      try machine.sample(10)
      #expect(try machine.exit(status, emulating: 9) == 0)
      #expect(try machine.hookup.enter() == .run)
      #expect(try machine.exit(status, emulating: 1) == 1)
      #expect(try machine.hookup.enter() == .injectPMI)
      #expect(machine.hookup.calls.emulatedInstructions == 10)
    }
  }

  @Test(arguments: PolicyKind.allCases)
  func `The exit that reads the status sees the overflow of an instruction emulated before it`(
    _ policy: PolicyKind
  ) throws { try policy.accept(StatusRead()) }

  private struct Written: PolicyKind.Visitor {
    let msr: MSRNumber
    let value: UInt64

    func visit<Policy: EventPolicy>(_ policy: Policy) throws {
      let machine = try Machine(policy)
      try machine.sample(10)
      _ = try machine.exit(msr, write: value, emulating: 13)
      #expect(try machine.hookup.enter() == .injectPMI)
      #expect(try machine.exit(status) == 1)
      #expect(try machine.exit(counter0) == (msr == counter0 ? value : 3))
    }
  }

  @Test(arguments: PolicyKind.allCases, writes)
  func `The exit that stops or writes a counter does not take the overflow of an instruction emulated before it`(
    _ policy: PolicyKind, _ write: (MSRNumber, UInt64)
  ) throws { try policy.accept(Written(msr: write.0, value: write.1)) }
}

/// A file as KVM_GET_STATS_FD gives one: a header, a descriptor for each statistic, the values.
private final class VCPUStatistics {
  private static let nameSize = 48
  let descriptor: Int32
  private let file: UnsafeMutablePointer<FILE>
  private let names: [String]
  private let data: Int
  private var values: [String: UInt64] = [:]

  init(names: [String]) throws {
    self.names = names
    file = try #require(tmpfile())
    descriptor = fileno(file)
    let headerSize = MemoryLayout<kvm_stats_header>.size
    data = headerSize + names.count * (16 + Self.nameSize)
    var header = kvm_stats_header()
    header.name_size = UInt32(Self.nameSize)
    header.num_desc = UInt32(names.count)
    header.desc_offset = UInt32(headerSize)
    header.data_offset = UInt32(data)
    pwrite(descriptor, &header, headerSize, 0)
    for (index, name) in names.enumerated() {
      // struct kvm_stats_desc: flags, exponent, size, offset, bucket size, name.
      var fields: [UInt32] = [0, 1 << 16, UInt32(index * 8), 0]
      let offset = headerSize + index * (16 + Self.nameSize)
      pwrite(descriptor, &fields, 16, off_t(offset))
      var bytes = Array(name.utf8)
      bytes += Array(repeating: 0, count: Self.nameSize - bytes.count)
      pwrite(descriptor, &bytes, bytes.count, off_t(offset + 16))
      add(0, to: name)
    }
  }

  deinit { fclose(file) }

  func add(_ count: UInt64, to name: String) {
    guard let index = names.firstIndex(of: name) else { return }
    var value = values[name, default: 0] + count
    values[name] = value
    pwrite(descriptor, &value, 8, off_t(data + index * 8))
  }
}

import SeededRandom
import AMDModel
import CVPMU
import Glibc
import IntelModel
import TestSupport
import Testing
import VPMULoader
import VPMUModel
import VPMUPluginKit

/// Core and plugin of different minor versions: each goes by the size fields of the other.
@Suite("Between minor versions", .serialized)
struct MinorVersionTests {
  /// Calls a plugin as a core of this header's version does, and as a newer one: the same answers, the same state.
  private func expectSame(
    _ enter: (UnsafePointer<vpmu_services>) -> UnsafePointer<vpmu_plugin_info>?, seed: UInt64 = 1
  ) throws {
    let plain = HostLimits(gpCounters: 6, fixedCounters: 3, gpWidth: 48, fixedWidth: 47, archEvents: 7)
    var configuration = GuestConfiguration(leaves: [])
    let probe = NewerCore(configuration, plain)
    let info = try #require(enter(probe.services)).pointee
    let ops = try #require(info.ops).pointee
    let preset = try #require(info.presets).pointee
    let leaves = UnsafeBufferPointer(start: preset.leaves, count: Int(preset.leaf_count))
    configuration = GuestConfiguration(
      leaves: [CPUIDLeaf(leaf: 1, subleaf: 2, eax: 3, ebx: 4, ecx: 5, edx: 6)] + leaves,
      perfCapabilities: preset.perf_capabilities)
    let newer = NewerCore(configuration, plain)
    let ranges = UnsafeBufferPointer(start: info.ranges, count: Int(info.range_count))
    try withState { state in
      var limits = plain
      let refresh = try #require(ops.refresh)
      let status = configuration.withBoundary { refresh(info.context, state.pointer, $0, &limits) }
      #expect(status == VPMU_DONE && refresh(info.context, newer.state.pointer, newer.guest, newer.limits) == status)
      #expect(state.fields.gp_count > 0)
      ops.reset?(info.context, state.pointer)
      ops.reset?(info.context, newer.state.pointer)
      #expect(newer.known == NewerCore.known(state) && newer.isUntouched)

      ops.deliver_pmi?(info.context, newer.state.pointer)
      ops.cleanup?(info.context, newer.state.pointer)
      #expect(newer.isUntouched)
      // By the tables: the core's own.
      guard let set = ops.set_msr, let get = ops.get_msr else { return }

      var random = SeededGenerator(seed: seed)
      var done = 0
      for step in 0..<2000 {
        let range = ranges[Int(random.below(UInt64(ranges.count)))]
        let msr = range.first &+ UInt32(random.below(UInt64(range.count))) &* max(range.stride, 1)
        let value = random.below(2) == 0 ? random.below(1 << 20) : random.value()
        let pair: (vpmu_answer, vpmu_answer)
        if random.below(2) == 0 {
          pair = (
            set(info.context, state.pointer, msr, value, 0), set(info.context, newer.state.pointer, msr, value, 0)
          )
        } else {
          pair = (get(info.context, state.pointer, msr, 0), get(info.context, newer.state.pointer, msr, 0))
        }
        if pair.0.status == VPMU_DONE { done += 1 }
        let isSame =
          pair.0.status == pair.1.status && pair.0.pmc == pair.1.pmc && pair.0.value == pair.1.value
          && newer.known == NewerCore.known(state) && newer.isUntouched
        #expect(isSame, "step \(step), MSR \(msr), value \(value)")
        guard isSame else { return }
      }
      #expect(done > 100)
    }
  }

  @Test(
    "a plugin in C gives a newer core, with longer structs and moved counters, the same answers",
    .enabled(if: CFixture.compiler != nil, "\(CFixture.noCompiler)"))
  func newerCoreInC() throws {
    let path = try CFixture.build("pmu.c", [])
    let library = try #require(dlopen(path, RTLD_NOW | RTLD_LOCAL))
    let entry = unsafeBitCast(try #require(dlsym(library, "vpmu_plugin_entry_v1")), to: Plugin.Entry.self)
    try expectSame { entry($0) }
  }

  private static let intel = PluginExport(IntelModel())
  private static let amd = PluginExport(AMDModel())
  private static let answering = PluginExport(AnsweringModel())

  @Test("a plugin made with the kit does so too", arguments: ["intel", "amd", "answering"])
  func newerCoreAndTheKit(name: String) throws {
    let exports = ["intel": Self.intel, "amd": Self.amd, "answering": Self.answering]
    let export = try #require(exports[name])
    #expect((export.info.pointee.ops?.pointee.set_msr != nil) == (name == "answering"))
    try expectSame { export.enter($0) }
  }

  @Test("the kit takes of an older core's shorter structs what is there, and zero for the rest")
  func olderCore() throws {
    let info = Self.intel.info.pointee
    let refresh = try #require(info.ops?.pointee.refresh)
    let leaf = CPUIDLeaf(leaf: 0xA, subleaf: 0, eax: 0x0730_0402, ebx: 0, ecx: 0, edx: 0x0603)
    try withState { state in
      try withUnsafePointer(to: leaf) { leaf in
        // Without perf_capabilities, and without widths of fixed counters and what comes after.
        var guest = vpmu_guest_config(
          struct_size: 24, leaf_size: 24, leaves: leaf, leaf_count: 1, reserved0: 0, perf_capabilities: .max)
        var limits = HostLimits(gpCounters: 8, fixedCounters: 3, gpWidth: 48, fixedWidth: 48, archEvents: 7)
        limits.struct_size = 16
        let status = try GuardedPage.with(&guest, count: 24) { guest in
          try GuardedPage.with(&limits, count: 16) { limits in
            refresh(
              info.context, state.pointer, guest.assumingMemoryBound(to: vpmu_guest_config.self),
              limits.assumingMemoryBound(to: vpmu_host_limits.self))
          }
        }
        #expect(status == VPMU_DONE)
      }
      #expect(state.fields.gp_count == 4 && state.fields.gp_mask == (1 << 48) - 1)
      #expect(state.fields.fixed_count == 0, "a host's width of 0 bits leaves no fixed counter")
      #expect(state.fields.features >> 16 == 0, "no capabilities, no full-width writes")
    }
  }

  @Test(
    "a plugin that knows the required callback only is read to its end and no further",
    .enabled(if: CFixture.compiler != nil, "\(CFixture.noCompiler)"))
  func shorterPlugin() throws {
    let plugin = try Plugin.load(CFixture.build("SHORTER"))
    PluginLoadTests.expectFixture(plugin)
    withState { state in
      #expect(plugin.model._checkRDPMCEarly(RDPMCSelector(.max), state.view) == VPMU_DONE)
      plugin.model.deliverPMI(state)
      plugin.model.cleanup(state)
      #expect(state.fields.model_words.0 == 0)
    }
  }
}

/// Answers for control registers itself: its accesses cross the boundary, and reach counters.
private struct AnsweringModel: SpecialRegisters {
  let tables = IntelModel().tables

  func refresh(_ state: PMUState, guest: GuestConfiguration, host: HostLimits) -> Bool {
    IntelModel().refresh(state, guest: guest, host: host)
  }

  /// The counter of an event select that exists.
  private func selected(_ msr: MSRNumber, _ state: PMUStateView) -> UInt32? {
    let n = msr.rawValue &- 0x186
    return n < state.fields.gp_count ? n : nil
  }

  func getMSR(_ msr: MSRNumber, origin: AccessOrigin, _ state: PMUStateView) -> ModelAnswer? {
    selected(msr, state).map { .done(state.counter(.generalPurpose($0)).selector) }
  }

  func setMSR(_ msr: MSRNumber, _ value: UInt64, origin: AccessOrigin, _ state: PMUState) -> ModelAnswer? {
    if msr.rawValue == 0x38D {
      state.setFixedControl(value & ~state.fields.fixed_control_reserved)
    } else {
      guard let n = selected(msr, state.view) else { return nil }
      state.setEventSelect(n, value)
    }
    return .done()
  }
}

/// Bytes whose end is the end of what can be read: who reads on ends the process.
enum GuardedPage {
  static func with<Value: BitwiseCopyable, Result>(
    _ value: inout Value, count: Int, _ body: (UnsafeRawPointer) throws -> Result
  ) throws -> Result {
    let page = Int(sysconf(Int32(_SC_PAGESIZE)))
    let memory = try #require(mmap(nil, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0))
    defer { munmap(memory, 2 * page) }
    try #require(memory != MAP_FAILED && mprotect(memory + page, page, PROT_NONE) == 0)
    let place = memory + page - count
    memcpy(place, &value, count)
    return try body(place)
  }
}

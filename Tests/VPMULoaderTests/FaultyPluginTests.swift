import SeededRandom
import CVPMU
import TestSupport
import Testing
import VPMUCore
import VPMULoader
import VPMUModel

/// A plugin, built from `pmu.c` with something wrong in it, loaded from its file and driven by a guest that does
/// anything.
@Suite("A plugin", .enabled(if: CFixture.compiler != nil, "\(CFixture.noCompiler)"))
struct FaultyPluginTests {
  static let id = "org.example.pmu"

  /// - Parameter mistakes: definitions for the compiler
  private func machine(_ mistakes: String...) throws -> GuestMachine<PluginModel, Reuse> {
    let plugin = try Plugin.load(CFixture.build("pmu.c", mistakes))
    return try GuestMachine(plugin.model, plugin.declaration.presets[0].configuration, Reuse())
  }

  /// Random accesses. Each that brought a fault to light was answered by #GP, if it is one that can be.
  private func drive(_ machine: GuestMachine<PluginModel, Reuse>, steps: Int = 5000) throws {
    let random = SeededGenerator.fresh("a faulty plugin")
    var guest = RandomGuest(machine.vpmu.model.declaration, generator: random)
    for step in 0..<steps {
      let before = machine.vpmu.pluginFaults.count
      let action = guest.next()
      let observation = try machine.perform(action)
      guard machine.vpmu.pluginFaults.count != before else { continue }
      let isFault: Bool =
        switch observation {
        case .write(let answer): answer == .generalProtection
        case .read(let answer): answer == .generalProtection
        default: true
        }
      #expect(isFault, "seed \(random.seed), step \(step): \(action) brought a fault and was answered \(observation)")
      guard isFault else { return }
    }
  }

  @Test("that is right counts, interrupts, and has no fault")
  func right() throws {
    let machine = try machine()
    let vpmu = machine.vpmu
    #expect(try vpmu.writeMSR(MSRNumber(0x10), (1 << 40) - 3) == .done)
    #expect(try vpmu.writeMSR(MSRNumber(0x20), 0x53_00C0) == .done)
    #expect(try vpmu.writeMSR(MSRNumber(0x38), 0x3) == .done)
    #expect(try machine.perform(.run(EventCode(number: 0xC0, unitMask: 0), .user, 5)) == .entry(.run))
    #expect(try vpmu.readMSR(MSRNumber(0x10)) == .value(2))
    #expect(try vpmu.readPMC(RDPMCSelector(0x100), cpl: 0, cr4PCE: false) == .value(5))
    #expect(try vpmu.readMSR(MSRNumber(0x3A)) == .value(1))
    #expect(try vpmu.enter() == .injectPMI)
    try drive(machine)
    #expect(vpmu.pluginFaults.count == 0 && vpmu.pluginFaultReport == nil)
  }

  /// A mistake in an access, and what the last fault of such a kind looks like.
  static let mistakes: [(mistake: String, isMeant: @Sendable (PluginFault) -> Bool)] = [
    ("ON_INDEX=return 4;", isRegister), ("ON_INDEX=return 34;", isRegister), ("ON_INDEX=return 63;", isRegister),
    ("ON_INDEX=return 64;", isRegister), ("ON_INDEX=return -2;", isRegister),
    ("ON_INDEX=return INT32_MAX;", isRegister), ("ON_INDEX=return INT32_MIN;", isRegister),
    ("ON_INDEX=if (msr == 0x21) return 64 + 1;", isRegister),
    ("ON_SELECTOR=return 4;", isSelector), ("ON_SELECTOR=return 16;", isSelector),
    ("ON_SELECTOR=return 64;", isSelector), ("ON_SELECTOR=return -2;", isSelector),
    ("ON_SELECTOR=return (int32_t)(ecx * 0x10001u + 5);", isSelector),
    ("ON_EARLY=return 2 + 1;", isEarly), ("ON_EARLY=return -1;", isEarly), ("ON_EARLY=return 4711;", isEarly),
    ("ON_EARLY=return VPMU_BY_TABLES;", isEarly),
    ("ON_READ=return ANSWER(5, 0, 0);", isStatus), ("ON_READ=return ANSWER(-1, 0, 0);", isStatus),
    ("ON_READ=return ANSWER(INT32_MIN, 0, 0);", isStatus),
    ("ON_READ=return ANSWER(VPMU_COUNTER, 4, 0);", isCounter),
    ("ON_READ=return ANSWER(VPMU_COUNTER, 63, 0);", isCounter),
    ("ON_READ=return ANSWER(VPMU_COUNTER, 64, 0);", isCounter),
    ("ON_READ=return ANSWER(VPMU_COUNTER, UINT32_MAX, 0);", isCounter),
    ("ON_WRITE=return ANSWER(5, 0, 0);", isStatus), ("ON_WRITE=return ANSWER(1 << 30, 0, 0);", isStatus),
    ("ON_WRITE=return ANSWER(VPMU_COUNTER, 34, value);", isCounter),
    ("ON_WRITE=return ANSWER(VPMU_COUNTER, 1000 + msr, value);", isCounter),
    ("ON_EVENT=return (vpmu_event){select, 10, VPMU_QUALITY_EXACT};", isEvent),
    ("ON_EVENT=return (vpmu_event){select, INT32_MIN, VPMU_QUALITY_NONE};", isEvent),
    ("ON_EVENT=return (vpmu_event){select, VPMU_GENERIC_CYCLES, 4};", isEvent),
    ("ON_EVENT=return (vpmu_event){select, VPMU_GENERIC_NONE, -1};", isEvent),
  ]

  @Test("that answers an access with what can't be gives the guest #GP, and its id to the report", arguments: mistakes)
  func access(mistake: String, isMeant: @Sendable (PluginFault) -> Bool) throws {
    let machine = try machine(mistake)
    #expect(machine.vpmu.pluginFaults.count == 0)
    // Events are rare among what a random guest does.
    try drive(machine, steps: 40_000)
    let faults = machine.vpmu.pluginFaults
    #expect(faults.count > 10 && faults.last.map(isMeant) == true, "\(faults)")
    let report = try #require(machine.vpmu.pluginFaultReport)
    #expect(report.contains(Self.id) && report.contains("\(faults.count) times"))
  }

  @Test(
    "that sets bits of counters that do not exist, or of the core's own words, moves no other counter",
    arguments: [
      "ON_WRITE=state->reprogram = ~0ull; state->in_use = ~0ull;",
      "ON_WRITE=state->locally_enabled = ~0ull;", "ON_PMI=state->locally_enabled = ~0ull;",
      "ON_WRITE=state->retry = ~0ull; state->interrupts = ~0ull;",
      "ON_PMI=state->reprogram = ~0ull; state->in_use = 1ull << 63;",
      "ON_CLEANUP=state->reprogram |= ~0ull << 40; state->in_use = ~0ull;",
      "ON_RESET=state->reprogram = ~0ull; state->in_use = ~0ull; state->retry = ~0ull;",
    ])
  func requests(mistake: String) throws {
    let machine = try machine(mistake)
    try drive(machine)
    #expect(machine.vpmu.pluginFaults.count == 0)
    #expect(machine.host.liveEvents <= 6)
  }

  @Test(
    "that changes the state's shape or sizes while the guest runs leads the core nowhere",
    arguments: [
      "state->counters_offset = 1u << 30; state->counter_size = ~0u;",
      "state->gp_mask = ~0ull; state->fixed_mask = 0; state->all_valid = ~0ull;",
      "state->gp_mask = 0; state->gp_count = 16; state->fixed_count = 16; state->all_valid = 0;",
    ])
  func shapeLater(mistake: String) throws {
    // It answers with counters, that are the core's to find: its own look for them would go astray.
    let answer = "return ANSWER(VPMU_COUNTER, msr & 3, 0x7777);"
    let machine = try machine(
      "ON_WRITE=\(mistake) if (msr >= 0x30) state->global_control = ~0ull; state->fixed_control = ~0ull; \(answer)",
      "ON_READ=\(answer)", "ON_PMI=\(mistake)", "ON_CLEANUP=\(mistake)")
    try drive(machine)
    #expect(Array(machine.vpmu.existingCounters).map(\.rawValue) == [0, 1, 2, 3, 32, 33])
  }

  @Test(
    "that changes size fields in refresh or reset is reported, and they are set right",
    arguments: [
      "ON_REFRESH=state->counter_size = 1u << 30;", "ON_REFRESH=state->counters_offset = 0;",
      "ON_RESET=state->struct_size = ~0u; state->counter_size = 0; state->counters_offset = ~0u;",
    ])
  func sizes(mistake: String) throws {
    let machine = try machine(mistake)
    #expect(machine.vpmu.pluginFaults.last == .sizes)
    #expect(machine.vpmu.pluginFaultReport?.contains(Self.id) == true)
    try drive(machine)
    #expect(machine.vpmu.liveState.fields.counter_size == UInt32(MemoryLayout<vpmu_counter>.size))
  }

  @Test(
    "whose refresh leaves a shape that can't be makes no virtual PMU, and is named",
    arguments: [
      ("state->gp_count = 17;", "17 general-purpose counters"), ("state->gp_count = ~0u;", "4294967295"),
      ("state->fixed_count = 1u << 31;", "fixed counters"), ("state->gp_count = 9;", "the host offers 8"),
      ("state->fixed_count = 4;", "the host offers 3"), ("state->gp_mask = 0;", "0x0"),
      ("state->gp_mask = ~0ull;", "1 to 63 bits"), ("state->gp_mask = (1ull << 49) - 1;", "48 bits"),
      ("state->gp_mask = 0xFFFF00;", "0xffff00"), ("state->fixed_mask = ~0ull >> 1;", "48 bits"),
      ("state->all_valid = ~0ull;", "all_valid"), ("state->all_valid |= 1ull << 4;", "all_valid"),
      ("state->all_valid |= 1ull << 34;", "all_valid"),
    ])
  func shape(mistake: String, reason: String) throws {
    let error = #expect(throws: VPMUError.self) { _ = try machine("ON_REFRESH=\(mistake)") }
    let text = "\(try #require(error))"
    #expect(text.contains(Self.id) && text.contains(reason), "\(text)")
  }

  @Test("whose refresh returns a status that is none makes no virtual PMU, and is named", arguments: [1, 3, 4, 17, -5])
  func refreshStatus(status: Int32) throws {
    let expected = VPMUError.invalidStatus(model: Self.id, status: status)
    #expect(throws: expected) { _ = try machine("ON_REFRESH=return \(status);") }
    #expect("\(expected)".contains(Self.id))
  }

  private static func isRegister(_ fault: PluginFault) -> Bool { if case .register = fault { true } else { false } }
  private static func isSelector(_ fault: PluginFault) -> Bool { if case .selector = fault { true } else { false } }
  private static func isEarly(_ fault: PluginFault) -> Bool { if case .earlyStatus = fault { true } else { false } }
  private static func isStatus(_ fault: PluginFault) -> Bool { if case .status = fault { true } else { false } }
  private static func isCounter(_ fault: PluginFault) -> Bool { if case .counter = fault { true } else { false } }
  private static func isEvent(_ fault: PluginFault) -> Bool { if case .event = fault { true } else { false } }
}

import CVPMU
import TestSupport
import Testing
import VPMUCore
import VPMULoader
import VPMUModel

/// A plugin in C of tables and `refresh`, and what its callbacks leave to the tables.
@Suite("A plugin whose tables answer", .enabled(if: CFixture.compiler != nil, "\(CFixture.noCompiler)"))
struct ByTablesTests {
  private typealias Machine = GuestMachine<PluginModel, Reuse>

  private static let instructions: UInt64 = 0xC0
  private static let enable = VPMU_SELECT_ENABLE | VPMU_SELECT_USER

  /// - Parameter ecx: of leaf 0AH; nil: the preset's CPUID
  private func machine(_ definitions: String..., ecx: UInt32? = nil) throws -> Machine {
    let plugin = try Plugin.load(CFixture.build("tables.c", definitions))
    var configuration = plugin.declaration.presets[0].configuration
    if let ecx {
      configuration = GuestConfiguration(
        leaves: [CPUIDLeaf(leaf: 0xA, subleaf: 0, eax: 0, ebx: 0, ecx: ecx, edx: 0)],
        perfCapabilities: configuration.perfCapabilities)
    }
    return try GuestMachine(plugin.model, configuration, Reuse())
  }

  private func run(_ machine: Machine, _ select: UInt64, _ count: UInt64) throws {
    _ = try machine.perform(.run(EventCode(selector: select, mask: 0xFF), .user, count))
  }

  @Test("has all registers, selectors and events with no callback but refresh", arguments: [[], ["CALLBACKS"]])
  func counts(definitions: [String]) throws {
    let plugin = try Plugin.load(CFixture.build("tables.c", definitions))
    let machine = try GuestMachine(plugin.model, plugin.declaration.presets[0].configuration, Reuse())
    let (vpmu, model) = (machine.vpmu, plugin.model)
    let view = vpmu.liveState.view
    #expect(try vpmu.readMSR(MSRNumber(0x39)) == .value(0xF), "RESET enables the general-purpose counters")
    #expect(model._isValidMSR(MSRNumber(0x23), view) && !model._isValidMSR(MSRNumber(0x24), view))
    #expect(model._msrIndexToPMC(MSRNumber(0x31), view) == .fixed(1))
    #expect(model._msrIndexToPMC(MSRNumber(0x38), view) == nil)
    #expect(model._rdpmcECXToPMC(RDPMCSelector(0x101), view) == .fixed(1))
    #expect(model._rdpmcECXToPMC(RDPMCSelector(0x102), view) == nil)
    #expect(model._checkRDPMCEarly(RDPMCSelector(.max), view) == VPMU_DONE)
    #expect(try vpmu.writeMSR(MSRNumber(0x12), 7) == .done)
    #expect(try vpmu.writeMSR(MSRNumber(0x22), Self.instructions | Self.enable) == .done)
    #expect(vpmu.state.fields.in_use == 1 << 2)
    try run(machine, Self.instructions, 5)
    #expect(try vpmu.readPMC(RDPMCSelector(2), cpl: 0, cr4PCE: false) == .value(12))
    #expect(try vpmu.writeMSR(MSRNumber(0x22), 1 << 40) == .generalProtection)
    #expect(try vpmu.readMSR(MSRNumber(0x14)) == .unhandled)
    #expect(vpmu.pluginFaults.count == 0)
  }

  @Test("is #GP for a register of VPMU_ROLE_OTHER that no callback implements")
  func withoutCallback() throws {
    let vpmu = try machine().vpmu
    #expect(try vpmu.readMSR(MSRNumber(0x41)) == .generalProtection)
    #expect(try vpmu.writeMSR(MSRNumber(0x41), 1) == .generalProtection)
  }

  @Test("implements one register itself, and answers VPMU_BY_TABLES for the others")
  func byTables() throws {
    let vpmu = try machine("CALLBACKS").vpmu
    #expect(try vpmu.writeMSR(MSRNumber(0x41), 0x77) == .done)
    #expect(try vpmu.readMSR(MSRNumber(0x41)) == .value(0x77))
    #expect(try vpmu.writeMSR(MSRNumber(0x38), 0x10) == .done)
    #expect(vpmu.state.fields.reprogram == 1 << 33 && vpmu.state.fields.locally_enabled == 1 << 33)
    #expect(try vpmu.writeMSR(MSRNumber(0x3A), 1) == .generalProtection)
    #expect(vpmu.pluginFaults.count == 0)
  }

  @Test("names one event itself, and answers VPMU_GENERIC_BY_TABLES for the others")
  func eventsByTables() throws {
    let vpmu = try machine("CALLBACKS").vpmu
    let (model, view) = (vpmu.model, vpmu.liveState.view)
    #expect(model._findArchEvent(0x77, view).generic == .busCycles)
    #expect(model._findArchEvent(0x3C, view).generic == .cycles)
    #expect(model._findArchEvent(0x1234, view) == ModelEvent(unnamed: 0x1234))
    #expect(model._findFixedEvent(0, view).generic == .instructions)
    #expect(model._findFixedEvent(1, view).generic == .busCycles)
    #expect(!model._findArchEvent(0x3C, view).isMisnumbered)
  }

  @Test("has the first event row of an encoding whose features the guest has")
  func featuresOfEvents() throws {
    for (ecx, generic) in [(0, .instructions), (1, .cacheMisses)] as [(UInt32, GenericEvent)] {
      let vpmu = try machine(ecx: ecx).vpmu
      #expect(vpmu.model._findArchEvent(Self.instructions, vpmu.liveState.view).generic == generic)
    }
  }

  @Test("counts an event on the counters that its row names, and on no other")
  func countersOfEvents() throws {
    let machine = try machine()
    for n in 0..<4 as Range<UInt32> { _ = try machine.vpmu.writeMSR(MSRNumber(0x20 + n), 0xC4 | Self.enable) }
    try run(machine, 0xC4, 9)
    for n in 0..<4 as Range<UInt32> {
      #expect(try machine.vpmu.readMSR(MSRNumber(0x10 + n)) == .value(n % 2 == 1 ? 9 : 0), "counter \(n)")
    }
    #expect(try machine.vpmu.counterState(.generalPurpose(0)) == .notCounting(.counterCannotCount))
  }

  @Test("with a shared enable has all counters of the range started and stopped by the first event select")
  func sharedEnable() throws {
    let machine = try machine("SELECT_FLAGS=VPMU_RANGE_SHARED_ENABLE")
    let vpmu = machine.vpmu
    // Its own bit means nothing, set or not.
    #expect(try vpmu.writeMSR(MSRNumber(0x21), Self.instructions | Self.enable) == .done)
    #expect(try vpmu.writeMSR(MSRNumber(0x22), Self.instructions | VPMU_SELECT_USER) == .done)
    try run(machine, Self.instructions, 3)
    #expect(try vpmu.writeMSR(MSRNumber(0x20), Self.instructions | Self.enable) == .done)
    try run(machine, Self.instructions, 5)
    #expect(try vpmu.writeMSR(MSRNumber(0x20), Self.instructions | VPMU_SELECT_USER) == .done)
    try run(machine, Self.instructions, 7)
    for n in 0..<3 as Range<UInt32> { #expect(try vpmu.readMSR(MSRNumber(0x10 + n)) == .value(5), "counter \(n)") }
  }

  @Test("without a shared enable has each counter started by its own event select")
  func ownEnable() throws {
    let machine = try machine()
    _ = try machine.vpmu.writeMSR(MSRNumber(0x21), Self.instructions | Self.enable)
    try run(machine, Self.instructions, 3)
    #expect(try machine.vpmu.readMSR(MSRNumber(0x11)) == .value(3))
  }

  @Test("reads a constant from the shape; only the host may write it, and only its value")
  func constant() throws {
    let vpmu = try machine().vpmu
    #expect(try vpmu.readMSR(MSRNumber(0x40)) == .value(0x1234))
    #expect(try vpmu.writeMSR(MSRNumber(0x40), 0x1234) == .generalProtection)
    #expect(try vpmu.writeMSR(MSRNumber(0x40), 0x1234, origin: .host) == .done)
    #expect(try vpmu.writeMSR(MSRNumber(0x40), 0x1235, origin: .host) == .generalProtection)
    #expect(try vpmu.readMSR(MSRNumber(0x40)) == .value(0x1234))
  }

  @Test("says whether the local APIC masks LVTPC, in a flag")
  func masksLVTPC() throws {
    #expect(try Plugin.load(CFixture.build("tables.c", [])).declaration.masksLVTPC)
    #expect(try !Plugin.load(CFixture.build()).declaration.masksLVTPC)
  }
}

import CVPMU
import IntelModel
import SimulatedHost
import TestSupport
import Testing
import VPMUCore
import VPMUModel

/// The architectural model, whose callbacks give invalid answers.
private struct FaultyModel: SpecialRegisters, SpecialSelectors {
  enum Fault: CaseIterable { case status, negativeStatus, index, largeIndex, register, early }
  var fault: Fault
  private let good = IntelModel()

  init(_ fault: Fault) { self.fault = fault }

  var tables: ModelTables { good.tables }
  func refresh(_ state: PMUState, guest: GuestConfiguration, host: HostLimits) -> Bool {
    good.refresh(state, guest: guest, host: host)
  }
  func isValidMSR(_ msr: MSRNumber, _ state: PMUStateView) -> Bool { true }
  func msrIndexToPMC(_ msr: MSRNumber, _ state: PMUStateView) -> PMCIndex? {
    fault == .register ? PMCIndex(rawValue: 62) : nil
  }
  func rdpmcECXToPMC(_ ecx: RDPMCSelector, _ state: PMUStateView) -> PMCIndex? { PMCIndex(rawValue: 20) }
  func getMSR(_ msr: MSRNumber, origin: AccessOrigin, _ state: PMUStateView) -> ModelAnswer? { answer }
  func setMSR(_ msr: MSRNumber, _ value: UInt64, origin: AccessOrigin, _ state: PMUState) -> ModelAnswer? { answer }
  func _checkRDPMCEarly(_ ecx: RDPMCSelector, _ state: PMUStateView) -> vpmu_status {
    fault == .early ? vpmu_status(rawValue: 7) : VPMU_DONE
  }

  private var answer: ModelAnswer {
    switch fault {
    case .status: ModelAnswer(status: vpmu_status(rawValue: 17), pmc: 0, value: 0)
    case .negativeStatus: ModelAnswer(status: vpmu_status(rawValue: 1 << 31), pmc: 0, value: 0)
    case .index, .register, .early: ModelAnswer(status: VPMU_COUNTER, pmc: 9, value: 0)
    case .largeIndex: ModelAnswer(status: VPMU_COUNTER, pmc: .max, value: 0)
    }
  }
}

/// A model that does something wrong when it is set up, or names events wrongly.
private struct MisshapenModel: SpecialEvents {
  var status = VPMU_DONE
  var event = ModelEvent(unnamed: 0)
  var spoilsRefresh: @Sendable (PMUState) -> Void = { _ in }
  var spoilsReset: @Sendable (PMUState) -> Void = { _ in }
  private let good = IntelModel()

  init() {}

  var tables: ModelTables { good.tables }
  func refresh(_ state: PMUState, guest: GuestConfiguration, host: HostLimits) -> Bool {
    _ = good.refresh(state, guest: guest, host: host)
    spoilsRefresh(state)
    return status == VPMU_DONE
  }
  func _refresh(_ state: PMUState, guest: GuestConfiguration, host: HostLimits) -> vpmu_status {
    _ = refresh(state, guest: guest, host: host)
    return status
  }
  func reset(_ state: PMUState) {
    good.reset(state)
    spoilsReset(state)
  }
  func findArchEvent(_ selector: UInt64, _ state: PMUStateView) -> ModelEvent? { event }
  func findFixedEvent(_ index: UInt32, _ state: PMUStateView) -> ModelEvent? { event }
}

/// A plugin is trusted, not assumed correct.
struct PluginFaultTests {
  private let configuration = IntelModel().declaration.presets[0].configuration
  private let id = IntelModel().declaration.id

  private func machine(_ model: MisshapenModel) throws -> GuestMachine<MisshapenModel, Reuse> {
    try GuestMachine(model, configuration, Reuse())
  }

  @Test(
    "An impossible answer is #GP for the guest, counted, and reported with the plugin's id",
    arguments: FaultyModel.Fault.allCases)
  fileprivate func faults(fault: FaultyModel.Fault) throws {
    let guest = try GuestMachine(FaultyModel(fault), configuration, Reuse())
    #expect(guest.vpmu.pluginFaultReport == nil)
    let (msr, ecx) = (MSRNumber(0xC1), RDPMCSelector(3))
    #expect(try guest.vpmu.writeMSR(msr, 1) == .generalProtection)
    let ofWrite: PluginFault =
      switch fault {
      case .status: .status(vpmu_status(rawValue: 17), msr: msr)
      case .negativeStatus: .status(vpmu_status(rawValue: 1 << 31), msr: msr)
      case .index, .early: .counter(9, msr: msr)
      case .largeIndex: .counter(.max, msr: msr)
      case .register: .register(msr)
      }
    #expect(guest.vpmu.pluginFaults.last == ofWrite)
    #expect(try guest.vpmu.readMSR(msr) == .generalProtection)
    #expect(try guest.vpmu.readPMC(ecx, cpl: 0, cr4PCE: false) == .generalProtection)
    #expect(guest.vpmu.pluginFaults.count == 3)
    #expect(
      guest.vpmu.pluginFaults.last == (fault == .early ? .earlyStatus(vpmu_status(rawValue: 7), ecx) : .selector(ecx)))
    #expect(guest.vpmu.liveState.fields.in_use == 0)
    let report = try #require(guest.vpmu.pluginFaultReport)
    #expect(report.contains(id) && report.contains("3 times") && report.contains("selector 0x3"))
  }

  @Test(
    "a shape that can't be is refused, with the plugin's id and what is wrong",
    arguments: [
      ({ @Sendable in $0.fields.gp_count = 17 }, "17 general-purpose"),
      ({ @Sendable in $0.fields.gp_count = .max }, "4294967295 general-purpose"),
      ({ @Sendable in $0.fields.fixed_count = .max }, "4294967295 fixed"),
      ({ @Sendable in $0.fields.gp_count = 9 }, "the host offers 8"),
      ({ @Sendable in $0.fields.fixed_count = 4 }, "the host offers 3"),
      ({ @Sendable in $0.fields.gp_mask = 0 }, "to 0x0, which is no 2^width - 1"),
      ({ @Sendable in $0.fields.gp_mask = .max }, "which is no 2^width - 1 of 1 to 63 bits"),
      ({ @Sendable in $0.fields.gp_mask = .max >> 15 }, "the host's have 48 bits"),
      ({ @Sendable in $0.fields.fixed_mask = 0xF0 }, "to 0xf0, which is no 2^width - 1"),
      ({ @Sendable in $0.fields.fixed_mask = .max >> 1 }, "the host's have 48 bits"),
      ({ @Sendable in $0.fields.all_valid = .max }, "all_valid"),
      ({ @Sendable in $0.fields.all_valid |= 1 << 63 }, "all_valid"),
    ] as [(@Sendable (PMUState) -> Void, String)])
  func shapes(spoil: @escaping @Sendable (PMUState) -> Void, what: String) throws {
    var model = MisshapenModel()
    model.spoilsRefresh = spoil
    let error = #expect(throws: VPMUError.self) { _ = try machine(model) }
    guard case .invalidShape(id, let reason) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(reason.contains(what))
    #expect("\(try #require(error))".contains(id))
  }

  @Test("a status of refresh that does not exist is an error with the plugin's id", arguments: [1, 3, 4, -1, .min])
  func refreshStatus(status: Int32) throws {
    var model = MisshapenModel()
    model.status = vpmu_status(rawValue: UInt32(bitPattern: status))
    #expect(throws: VPMUError.invalidStatus(model: id, status: status)) { _ = try machine(model) }
    model.status = VPMU_FAULT
    #expect(throws: VPMUError.configurationRefused(model: "intel")) { _ = try machine(model) }
  }

  @Test("after a refresh that went wrong there are no counters, and the guest goes on")
  func afterAFault() throws {
    var model = MisshapenModel()
    // Only a CPUID with capabilities is taken wrongly.
    model.spoilsRefresh = { if $0.fields.features & 0x10000 != 0 { $0.fields.all_valid = .max } }
    let guest = try machine(model)
    try guest.write(Architectural.select0, Architectural.instructions)
    try guest.run(10)
    var other = configuration
    other.perfCapabilities = 1 << 13
    #expect(throws: VPMUError.self) { try guest.vpmu.refresh(other) }
    #expect(Array(guest.vpmu.existingCounters).isEmpty && guest.vpmu.statistics.live == 0)
    #expect(try guest.vpmu.readPMC(RDPMCSelector(0), cpl: 0, cr4PCE: true) == .generalProtection)
    #expect(try guest.vpmu.enter() == .run)
    try guest.vpmu.refresh(configuration)
    #expect(Array(guest.vpmu.existingCounters).count == 7)
  }

  @Test("Size fields that refresh or reset changed are restored, and reported", arguments: [true, false])
  func sizes(inRefresh: Bool) throws {
    var model = MisshapenModel()
    let spoil: @Sendable (PMUState) -> Void = { state in
      state.fields.struct_size = 0
      state.fields.counter_size = .max
      state.fields.counters_offset = .max
    }
    if inRefresh { model.spoilsRefresh = spoil } else { model.spoilsReset = spoil }
    let guest = try machine(model)
    let state = guest.vpmu.liveState.fields
    #expect(Int(state.struct_size) == MemoryLayout<vpmu_state>.size)
    #expect(Int(state.counter_size) == MemoryLayout<vpmu_counter>.size)
    #expect(Int(state.counters_offset) == MemoryLayout<vpmu_state>.offset(of: \.counters))
    #expect(guest.vpmu.pluginFaults.last == .sizes && guest.vpmu.pluginFaults.count == 1)
    #expect(guest.vpmu.pluginFaultReport?.contains("size field") == true)
  }

  @Test(
    "An event with numbers that do not exist has no generic event, and is reported",
    arguments: [(10, 3), (-3, 3), (0, 4), (0, -1), (-1, 77)] as [(Int32, Int32)])
  func events(generic: Int32, quality: Int32) throws {
    var model = MisshapenModel()
    model.event = ModelEvent(
      vpmu_event(
        select: 0xC0, generic: vpmu_generic(rawValue: generic),
        quality: vpmu_quality(rawValue: UInt32(bitPattern: quality))))
    #expect(model.event.generic == nil && model.event.quality == .none)
    let guest = try machine(model)
    try guest.write(Architectural.globalControl, 1)
    try guest.write(Architectural.select0, Architectural.instructions)
    try guest.run(5)
    #expect(guest.vpmu.pluginFaults.last == .event(select: 0xC0))
    #expect(try guest.vpmu.counterState(.generalPurpose(0)) == .counting(.none))
    #expect(try guest.read(Architectural.counter0) == 5)
  }
}

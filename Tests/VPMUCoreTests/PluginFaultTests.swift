import CVPMU
import IntelModel
import SimulatedHost
import TestSupport
import Testing
import VPMUCore
import VPMUModel

/// The architectural model's registers, answered with what can't be.
private struct FaultyModel: PMUModel {
  enum Fault: CaseIterable { case status, negativeStatus, index, largeIndex, register, early }
  var fault: Fault
  private let good = IntelModel()

  init(_ fault: Fault) { self.fault = fault }

  var declaration: ModelDeclaration { good.declaration }
  func refresh(_ state: PMUState, guest: GuestConfiguration, host: HostLimits) -> Bool {
    good.refresh(state, guest: guest, host: host)
  }
  func reset(_ state: PMUState) { good.reset(state) }
  func isValidMSR(_ msr: MSRNumber, _ state: PMUState) -> Bool { true }
  func msrIndexToPMC(_ msr: MSRNumber, _ state: PMUState) -> PMCIndex? {
    fault == .register ? PMCIndex(rawValue: 62) : nil
  }
  func rdpmcECXToPMC(_ ecx: RDPMCSelector, _ state: PMUState) -> PMCIndex? { PMCIndex(rawValue: 20) }
  func getMSR(_ msr: MSRNumber, origin: AccessOrigin, _ state: PMUState) -> ModelAnswer { answer }
  func setMSR(_ msr: MSRNumber, _ value: UInt64, origin: AccessOrigin, _ state: PMUState) -> ModelAnswer { answer }
  func findArchEvent(_ selector: UInt64, _ state: PMUState) -> ModelEvent { ModelEvent(unnamed: 0) }
  func findFixedEvent(_ index: UInt32, _ state: PMUState) -> ModelEvent { ModelEvent(unnamed: 0) }
  func earlyRDPMCStatus(_ ecx: RDPMCSelector, _ state: PMUState) -> Int32 { fault == .early ? 7 : Int32(VPMU_DONE) }

  private var answer: ModelAnswer {
    switch fault {
    case .status: ModelAnswer(status: 17, pmc: 0, value: 0)
    case .negativeStatus: ModelAnswer(status: .min, pmc: 0, value: 0)
    case .index, .register, .early: ModelAnswer(status: Int32(VPMU_COUNTER), pmc: 9, value: 0)
    case .largeIndex: ModelAnswer(status: Int32(VPMU_COUNTER), pmc: .max, value: 0)
    }
  }
}

/// A model that does something wrong when it is set up, or names events wrongly.
private struct MisshapenModel: PMUModel {
  var status = Int32(VPMU_DONE)
  var event = ModelEvent(unnamed: 0)
  var spoilsRefresh: @Sendable (PMUState) -> Void = { _ in }
  var spoilsReset: @Sendable (PMUState) -> Void = { _ in }
  private let good = IntelModel()

  init() {}

  var declaration: ModelDeclaration { good.declaration }
  func refresh(_ state: PMUState, guest: GuestConfiguration, host: HostLimits) -> Bool {
    _ = good.refresh(state, guest: guest, host: host)
    spoilsRefresh(state)
    return status == VPMU_DONE
  }
  func refreshStatus(_ state: PMUState, guest: GuestConfiguration, host: HostLimits) -> Int32 {
    _ = refresh(state, guest: guest, host: host)
    return status
  }
  func reset(_ state: PMUState) {
    good.reset(state)
    spoilsReset(state)
  }
  func isValidMSR(_ msr: MSRNumber, _ state: PMUState) -> Bool { good.isValidMSR(msr, state) }
  func msrIndexToPMC(_ msr: MSRNumber, _ state: PMUState) -> PMCIndex? { good.msrIndexToPMC(msr, state) }
  func rdpmcECXToPMC(_ ecx: RDPMCSelector, _ state: PMUState) -> PMCIndex? { good.rdpmcECXToPMC(ecx, state) }
  func getMSR(_ msr: MSRNumber, origin: AccessOrigin, _ state: PMUState) -> ModelAnswer {
    good.getMSR(msr, origin: origin, state)
  }
  func setMSR(_ msr: MSRNumber, _ value: UInt64, origin: AccessOrigin, _ state: PMUState) -> ModelAnswer {
    good.setMSR(msr, value, origin: origin, state)
  }
  func findArchEvent(_ selector: UInt64, _ state: PMUState) -> ModelEvent { event }
  func findFixedEvent(_ index: UInt32, _ state: PMUState) -> ModelEvent { event }
}

/// A plugin is trusted, not assumed correct.
struct PluginFaultTests {
  private let configuration = IntelModel().declaration.presets[0].configuration
  private let id = IntelModel().declaration.id

  private func machine(_ model: MisshapenModel) throws -> GuestMachine<MisshapenModel, Reuse> {
    try GuestMachine(model, configuration, Reuse())
  }

  @Test(
    "what can't be is #GP for the guest, counted, and told with the plugin's id",
    arguments: FaultyModel.Fault.allCases)
  fileprivate func faults(fault: FaultyModel.Fault) throws {
    let guest = try GuestMachine(FaultyModel(fault), configuration, Reuse())
    #expect(guest.vpmu.pluginFaultReport == nil)
    let (msr, ecx) = (MSRNumber(0xC1), RDPMCSelector(3))
    #expect(try guest.vpmu.writeMSR(msr, 1) == .generalProtection)
    let ofWrite: PluginFault =
      switch fault {
      case .status: .status(17, msr: msr)
      case .negativeStatus: .status(.min, msr: msr)
      case .index, .early: .counter(9, msr: msr)
      case .largeIndex: .counter(.max, msr: msr)
      case .register: .register(msr)
      }
    #expect(guest.vpmu.pluginFaults.last == ofWrite)
    #expect(try guest.vpmu.readMSR(msr) == .generalProtection)
    #expect(try guest.vpmu.readPMC(ecx, cpl: 0, cr4PCE: false) == .generalProtection)
    #expect(guest.vpmu.pluginFaults.count == 3)
    #expect(guest.vpmu.pluginFaults.last == (fault == .early ? .earlyStatus(7, ecx) : .selector(ecx)))
    #expect(guest.vpmu.state.pointee.in_use == 0)
    let report = try #require(guest.vpmu.pluginFaultReport)
    #expect(report.contains(id) && report.contains("3 times") && report.contains("selector 0x3"))
  }

  @Test(
    "a shape that can't be is refused, with the plugin's id and what is wrong",
    arguments: [
      ({ @Sendable in $0.pointee.gp_count = 17 }, "17 general-purpose"),
      ({ @Sendable in $0.pointee.gp_count = .max }, "4294967295 general-purpose"),
      ({ @Sendable in $0.pointee.fixed_count = .max }, "4294967295 fixed"),
      ({ @Sendable in $0.pointee.gp_count = 9 }, "the host offers 8"),
      ({ @Sendable in $0.pointee.fixed_count = 4 }, "the host offers 3"),
      ({ @Sendable in $0.pointee.gp_mask = 0 }, "to 0x0, which is no 2^width - 1"),
      ({ @Sendable in $0.pointee.gp_mask = .max }, "which is no 2^width - 1 of 1 to 63 bits"),
      ({ @Sendable in $0.pointee.gp_mask = .max >> 15 }, "the host's have 48 bits"),
      ({ @Sendable in $0.pointee.fixed_mask = 0xF0 }, "to 0xf0, which is no 2^width - 1"),
      ({ @Sendable in $0.pointee.fixed_mask = .max >> 1 }, "the host's have 48 bits"),
      ({ @Sendable in $0.pointee.all_valid = .max }, "all_valid"),
      ({ @Sendable in $0.pointee.all_valid |= 1 << 63 }, "all_valid"),
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
    model.status = status
    #expect(throws: VPMUError.invalidStatus(model: id, status: status)) { _ = try machine(model) }
    model.status = Int32(VPMU_FAULT)
    #expect(throws: VPMUError.configurationRefused(model: "intel")) { _ = try machine(model) }
  }

  @Test("after a refresh that went wrong there are no counters, and the guest goes on")
  func afterAFault() throws {
    var model = MisshapenModel()
    // Only a CPUID with capabilities is taken wrongly.
    model.spoilsRefresh = { if $0.pointee.features & 0x10000 != 0 { $0.pointee.all_valid = .max } }
    let guest = try machine(model)
    try guest.write(Architectural.select0, Architectural.instructions)
    try guest.run(10)
    var other = configuration
    other.perfCapabilities = 1 << 13
    #expect(throws: VPMUError.self) { try guest.vpmu.refresh(other) }
    #expect(Array(guest.vpmu.counters).isEmpty && guest.vpmu.statistics.live == 0)
    #expect(try guest.vpmu.readPMC(RDPMCSelector(0), cpl: 0, cr4PCE: true) == .generalProtection)
    #expect(try guest.vpmu.enter() == .run)
    try guest.vpmu.refresh(configuration)
    #expect(Array(guest.vpmu.counters).count == 7)
  }

  @Test("size fields that refresh or reset changed are set right, and told", arguments: [true, false])
  func sizes(inRefresh: Bool) throws {
    var model = MisshapenModel()
    let spoil: @Sendable (PMUState) -> Void = { state in
      state.pointee.struct_size = 0
      state.pointee.counter_size = .max
      state.pointee.counters_offset = .max
    }
    if inRefresh { model.spoilsRefresh = spoil } else { model.spoilsReset = spoil }
    let guest = try machine(model)
    let state = guest.vpmu.state.pointee
    #expect(Int(state.struct_size) == MemoryLayout<vpmu_state>.size)
    #expect(Int(state.counter_size) == MemoryLayout<vpmu_counter>.size)
    #expect(Int(state.counters_offset) == MemoryLayout<vpmu_state>.offset(of: \.counters))
    #expect(guest.vpmu.pluginFaults.last == .sizes && guest.vpmu.pluginFaults.count == 1)
    #expect(guest.vpmu.pluginFaultReport?.contains("size field") == true)
  }

  @Test(
    "an event with numbers that do not exist has no generic event, and is told",
    arguments: [(10, 3), (-2, 3), (0, 4), (0, -1), (-1, 77)] as [(Int32, Int32)])
  func events(generic: Int32, quality: Int32) throws {
    var model = MisshapenModel()
    model.event = ModelEvent(vpmu_event(select: 0xC0, generic: generic, quality: quality))
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

import CVPMU
import IntelModel
import SimulatedHost
import TestSupport
import Testing
import VPMUCore
import VPMUModel

/// A model that answers the architectural model's registers, but some with what can't be.
private struct FaultyModel: PMUModel {
  enum Fault: CaseIterable { case status, negativeStatus, index, largeIndex, selector }
  var fault: Fault
  private let good = IntelModel()

  init(_ fault: Fault) { self.fault = fault }

  var declaration: ModelDeclaration { good.declaration }
  func refresh(_ state: PMUState, guest: GuestConfiguration, host: HostLimits) -> Bool {
    good.refresh(state, guest: guest, host: host)
  }
  func reset(_ state: PMUState) { good.reset(state) }
  func isValidMSR(_ msr: MSRNumber, _ state: PMUState) -> Bool { true }
  func msrIndexToPMC(_ msr: MSRNumber, _ state: PMUState) -> PMCIndex? { PMCIndex(rawValue: 62) }
  func rdpmcECXToPMC(_ ecx: RDPMCSelector, _ state: PMUState) -> PMCIndex? { PMCIndex(rawValue: 20) }
  func getMSR(_ msr: MSRNumber, origin: AccessOrigin, _ state: PMUState) -> ModelAnswer { answer }
  func setMSR(_ msr: MSRNumber, _ value: UInt64, origin: AccessOrigin, _ state: PMUState) -> ModelAnswer { answer }
  func findArchEvent(_ selector: UInt64, _ state: PMUState) -> ModelEvent { ModelEvent(unnamed: 0) }
  func findFixedEvent(_ index: UInt32, _ state: PMUState) -> ModelEvent { ModelEvent(unnamed: 0) }

  private var answer: ModelAnswer {
    switch fault {
    case .status: ModelAnswer(status: 17, pmc: 0, value: 0)
    case .negativeStatus: ModelAnswer(status: .min, pmc: 0, value: 0)
    case .index, .selector: ModelAnswer(status: Int32(VPMU_COUNTER), pmc: 9, value: 0)
    case .largeIndex: ModelAnswer(status: Int32(VPMU_COUNTER), pmc: .max, value: 0)
    }
  }
}

/// A model whose refresh leaves a shape that can't be.
private struct MisshapenModel: PMUModel {
  var spoil: @Sendable (PMUState) -> Void
  private let good = IntelModel()

  init(_ spoil: @escaping @Sendable (PMUState) -> Void) { self.spoil = spoil }

  var declaration: ModelDeclaration { good.declaration }
  func refresh(_ state: PMUState, guest: GuestConfiguration, host: HostLimits) -> Bool {
    _ = good.refresh(state, guest: guest, host: host)
    spoil(state)
    return true
  }
  func reset(_ state: PMUState) {}
  func isValidMSR(_ msr: MSRNumber, _ state: PMUState) -> Bool { false }
  func msrIndexToPMC(_ msr: MSRNumber, _ state: PMUState) -> PMCIndex? { nil }
  func rdpmcECXToPMC(_ ecx: RDPMCSelector, _ state: PMUState) -> PMCIndex? { nil }
  func getMSR(_ msr: MSRNumber, origin: AccessOrigin, _ state: PMUState) -> ModelAnswer { .notMine }
  func setMSR(_ msr: MSRNumber, _ value: UInt64, origin: AccessOrigin, _ state: PMUState) -> ModelAnswer { .notMine }
  func findArchEvent(_ selector: UInt64, _ state: PMUState) -> ModelEvent { ModelEvent(unnamed: 0) }
  func findFixedEvent(_ index: UInt32, _ state: PMUState) -> ModelEvent { ModelEvent(unnamed: 0) }
}

/// A plugin is trusted, not assumed correct.
struct PluginFaultTests {
  private let configuration = IntelModel().declaration.presets[0].configuration

  @Test("what can't be is #GP for the guest and counted for the embedder", arguments: FaultyModel.Fault.allCases)
  fileprivate func faults(fault: FaultyModel.Fault) throws {
    let guest = try GuestMachine(FaultyModel(fault), configuration, Reuse())
    #expect(try guest.vpmu.writeMSR(MSRNumber(0xC1), 1) == .generalProtection)
    #expect(try guest.vpmu.readMSR(MSRNumber(0xC1)) == .generalProtection)
    #expect(try guest.vpmu.readPMC(RDPMCSelector(0), cpl: 0, cr4PCE: false) == .generalProtection)
    #expect(guest.vpmu.pluginFaults.count == 3)
    #expect(guest.vpmu.pluginFaults.last == .selector(RDPMCSelector(0)))
    #expect(guest.vpmu.state.pointee.in_use == 0)
  }

  @Test(
    "a shape that can't be is refused",
    arguments: [
      { @Sendable in $0.pointee.gp_count = 17 }, { @Sendable in $0.pointee.fixed_count = .max },
      { @Sendable in $0.pointee.gp_mask = 0 }, { @Sendable in $0.pointee.gp_mask = .max },
      { @Sendable in $0.pointee.fixed_mask = 0xF0 }, { @Sendable in $0.pointee.all_valid = .max },
    ] as [@Sendable (PMUState) -> Void])
  func shapes(spoil: @escaping @Sendable (PMUState) -> Void) {
    #expect(throws: VPMUError.self) {
      _ = try VirtualPMU(
        model: MisshapenModel(spoil), configuration: configuration, host: SimulatedHost(limits: .generous))
    }
  }
}

import IntelModel
import TestSupport
import Testing
import VPMUCore
import VPMUModel

/// The architectural registers, with a freeze: a PMI clears the global control register.
private struct FreezingModel: PMUModel {
  private let intel = IntelModel()
  var tables: ModelTables { intel.tables }

  func refresh(_ state: PMUState, guest: GuestConfiguration, host: HostLimits) -> Bool {
    intel.refresh(state, guest: guest, host: host)
  }
  func reset(_ state: PMUState) { intel.reset(state) }
  func deliverPMI(_ state: PMUState) { state.setGlobalControl(0) }
}

struct DeliverPMITests {
  @Test("a freeze that a PMI brings holds before the guest's handler runs")
  func freeze() throws {
    try expectFreeze(Recreate())
    try expectFreeze(ReuseKeep())
    try expectFreeze(Reuse())
  }

  private func expectFreeze<Policy: EventPolicy>(_ policy: Policy) throws {
    let model = FreezingModel()
    let guest = try GuestMachine(model, model.declaration.presets[0].configuration, policy)
    try guest.write(Architectural.globalControl, 1)
    try guest.write(Architectural.counter0, 0 &- 3)
    try guest.write(Architectural.select0, Architectural.interruptingInstructions)
    #expect(try guest.run(3) == .run)
    // What the handler does from here on is not counted.
    #expect(try guest.run(1000) == .injectPMI, "\(Policy.self)")
    #expect(try guest.read(Architectural.counter0) == 0, "\(Policy.self)")
    #expect(try guest.read(Architectural.globalControl) == 0)
    try guest.write(Architectural.globalControl, 1)
    try guest.run(7)
    #expect(try guest.read(Architectural.counter0) == 7, "\(Policy.self)")
    #expect(try guest.vpmu.enter() == .run)
  }
}

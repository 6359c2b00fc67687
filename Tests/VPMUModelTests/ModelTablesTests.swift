import CVPMU
import TestSupport
import Testing
import VPMUModel

/// Tables, and one register in code: a word that holds what was written, but for its lowest bit.
private struct TableModel: SpecialRegisters {
  let tables = TableModel.constant

  static let special = MSRNumber(0x20)
  private static let row = EventRow(1, .cycles, .exact, "CYCLES")
  private static let constant = ModelTables(
    ModelDeclaration(
      id: "org.example.table", name: "table", version: "1", license: "Apache-2.0", cpuidVendors: ["TableOfTests"],
      presets: [],
      ranges: [
        RegisterRange(.eventSelect, first: 0x10, count: 2),
        RegisterRange(.gpCounter, first: 0x18, count: 2, rdpmcBase: 4),
        RegisterRange(.other, first: 0x20, features: .ofModel(1)), RegisterRange(.other, first: 0x21),
      ],
      events: [row], fixedEvents: [row], eventSelectMask: 0xFF))

  func refresh(_ state: PMUState, guest: GuestConfiguration, host: HostLimits) -> Bool {
    state.setCounters(generalPurpose: CounterShape(count: 9, width: 48), host: host, registers: registers)
    if guest.leaf(1).eax != 0 { state.add(.ofModel(1)) }
    return true
  }

  func getMSR(_ msr: MSRNumber, origin: AccessOrigin, _ state: PMUStateView) -> ModelAnswer? {
    guard msr == Self.special, isValidMSR(msr, state) else { return nil }
    return .done(state.fields.model_words.0)
  }

  func setMSR(_ msr: MSRNumber, _ value: UInt64, origin: AccessOrigin, _ state: PMUState) -> ModelAnswer? {
    guard msr == Self.special, isValidMSR(msr, state.view) else { return nil }
    state.fields.model_words.0 = value & ~1
    return .done()
  }
}

@Suite struct ModelTablesTests {
  private func withGuest(hasSpecial: Bool, _ body: (any PMUModel, PMUState) -> Void) {
    withState { state in
      let leaf = CPUIDLeaf(leaf: 1, subleaf: 0, eax: hasSpecial ? 1 : 0, ebx: 0, ecx: 0, edx: 0)
      let model = TableModel()
      #expect(model.refresh(state, guest: GuestConfiguration(leaves: [leaf]), host: .generous))
      body(model, state)
    }
  }

  @Test func `A model answers declared registers, selectors and events from its tables`() {
    withGuest(hasSpecial: false) { model, state in
      #expect(model._callbacks == .registers)
      #expect(state.fields.gp_count == 2)
      #expect(model._isValidMSR(MSRNumber(0x19), state.view) && !model._isValidMSR(MSRNumber(0x1A), state.view))
      #expect(model._msrIndexToPMC(MSRNumber(0x11), state.view) == .generalPurpose(1))
      #expect(model._rdpmcECXToPMC(RDPMCSelector(5), state.view) == .generalPurpose(1))
      #expect(model._setMSR(MSRNumber(0x10), 0x101, origin: .guest, state).status == VPMU_DONE)
      #expect(model._getMSR(MSRNumber(0x10), origin: .guest, state.view).value == 0x101)
      #expect(model._getMSR(MSRNumber(0x19), origin: .guest, state.view).pmc == 1)
      #expect(model._findArchEvent(0x53_0001, state.view).generic == .cycles)
      #expect(model._findFixedEvent(0, state.view).generic == .cycles)
    }
  }

  @Test func `A model implements a special register itself, where the guest has it`() {
    withGuest(hasSpecial: true) { model, state in
      #expect(model._setMSR(TableModel.special, 7, origin: .guest, state).status == VPMU_DONE)
      #expect(model._getMSR(TableModel.special, origin: .guest, state.view).value == 6)
      #expect(model._getMSR(MSRNumber(0x30), origin: .guest, state.view).status == VPMU_UNHANDLED)
    }
    withGuest(hasSpecial: false) { model, state in
      #expect(model._setMSR(TableModel.special, 7, origin: .guest, state).status == VPMU_FAULT)
      #expect(model._getMSR(TableModel.special, origin: .guest, state.view).status == VPMU_FAULT)
    }
  }

  @Test func `A special register that the model does not implement is #GP`() {
    withGuest(hasSpecial: true) { model, state in
      #expect(model._isValidMSR(MSRNumber(0x21), state.view))
      #expect(model._getMSR(MSRNumber(0x21), origin: .guest, state.view).status == VPMU_FAULT)
      #expect(model._setMSR(MSRNumber(0x21), 0, origin: .host, state).status == VPMU_FAULT)
    }
  }
}

import CVPMU
import TestSupport
import Testing
import VPMUModel

/// Tables, and one register in code: a word that holds what was written, but for its lowest bit.
private struct TableModel: DeclaredModel {
  let registers = TableModel.file
  let events = TableModel.table

  static let special = MSRNumber(0x20)
  private static let ranges = [
    RegisterRange(.eventSelect, first: 0x10, count: 2), RegisterRange(.gpCounter, first: 0x18, count: 2, rdpmcBase: 4),
    RegisterRange(.other, first: 0x20, features: .ofModel(1)), RegisterRange(.other, first: 0x21),
  ]
  private static let file = RegisterFile(ranges)
  private static let all = [ModelEvent(select: 1, generic: .cycles, quality: .exact)]
  private static let table = EventTable(all, fixed: all, eventSelectMask: 0xFF)

  var declaration: ModelDeclaration {
    ModelDeclaration(
      id: "org.example.table", name: "table", version: "1", license: "Apache-2.0", cpuidVendors: ["TableOfTests"],
      presets: [], ranges: Self.ranges, events: Self.all, eventSelectMask: 0xFF)
  }

  func refresh(_ state: PMUState, guest: GuestConfiguration, host: HostLimits) -> Bool {
    state.setCounters(generalPurpose: CounterShape(count: 9, width: 48), host: host, registers: registers)
    if guest.leaf(1).eax != 0 { state.add(.ofModel(1)) }
    return true
  }

  func reset(_ state: PMUState) {}

  func getMSR(_ msr: MSRNumber, origin: AccessOrigin, _ state: PMUState) -> ModelAnswer {
    guard msr == Self.special, isValidMSR(msr, state) else { return registers.read(msr, origin: origin, state) }
    return .done(state.pointee.model_words.0)
  }

  func setMSR(_ msr: MSRNumber, _ value: UInt64, origin: AccessOrigin, _ state: PMUState) -> ModelAnswer {
    guard msr == Self.special, isValidMSR(msr, state) else {
      return registers.write(msr, value, origin: origin, state)
    }
    state.pointee.model_words.0 = value & ~1
    return .done()
  }
}

@Suite("A model of tables")
struct DeclaredModelTests {
  private func withGuest(hasSpecial: Bool, _ body: (any PMUModel, PMUState) -> Void) {
    withState { state in
      let leaf = CPUIDLeaf(leaf: 1, subleaf: 0, eax: hasSpecial ? 1 : 0, ebx: 0, ecx: 0, edx: 0)
      let model = TableModel()
      #expect(model.refresh(state, guest: GuestConfiguration(leaves: [leaf]), host: .generous))
      body(model, state)
    }
  }

  @Test("answers from them")
  func tables() {
    withGuest(hasSpecial: false) { model, state in
      #expect(state.pointee.gp_count == 2)
      #expect(model.isValidMSR(MSRNumber(0x19), state) && !model.isValidMSR(MSRNumber(0x1A), state))
      #expect(model.msrIndexToPMC(MSRNumber(0x11), state) == .generalPurpose(1))
      #expect(model.rdpmcECXToPMC(RDPMCSelector(5), state) == .generalPurpose(1))
      #expect(model.setMSR(MSRNumber(0x10), 0x101, origin: .guest, state).status == VPMU_DONE)
      #expect(model.getMSR(MSRNumber(0x10), origin: .guest, state).value == 0x101)
      #expect(model.getMSR(MSRNumber(0x19), origin: .guest, state).pmc == 1)
      #expect(model.findArchEvent(0x53_0001, state).generic == .cycles)
      #expect(model.findFixedEvent(0, state).generic == .cycles)
    }
  }

  @Test("does itself what is special, where the guest has it")
  func special() {
    withGuest(hasSpecial: true) { model, state in
      #expect(model.setMSR(TableModel.special, 7, origin: .guest, state).status == VPMU_DONE)
      #expect(model.getMSR(TableModel.special, origin: .guest, state).value == 6)
      #expect(model.getMSR(MSRNumber(0x30), origin: .guest, state).status == VPMU_UNHANDLED)
    }
    withGuest(hasSpecial: false) { model, state in
      #expect(model.setMSR(TableModel.special, 7, origin: .guest, state).status == VPMU_FAULT)
      #expect(model.getMSR(TableModel.special, origin: .guest, state).status == VPMU_FAULT)
    }
  }

  @Test("gives #GP for a special register that it forgot")
  func forgotten() {
    withGuest(hasSpecial: true) { model, state in
      #expect(model.isValidMSR(MSRNumber(0x21), state))
      #expect(model.getMSR(MSRNumber(0x21), origin: .guest, state).status == VPMU_FAULT)
      #expect(model.setMSR(MSRNumber(0x21), 0, origin: .host, state).status == VPMU_FAULT)
    }
  }
}

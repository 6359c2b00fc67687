import CVPMU
import VPMUModel

/// A small model with a value of its own, whose every callback leaves a trace: nothing that crosses the boundary may be
/// lost, swapped or added.
struct FixtureModel: SpecialRegisters, SpecialSelectors, SpecialEvents {
  var salt: UInt64

  let tables = FixtureModel.constant

  private static let constant = ModelTables(
    ModelDeclaration(
      id: "org.example.fixture", name: "fixture", version: "3.1-ä", license: "Apache-2.0",
      cpuidVendors: ["FixtureTest1", "FixtureTest2"],
      presets: [
        Preset(
          name: "fixture-v1", summary: "first",
          configuration: GuestConfiguration(
            leaves: [CPUIDLeaf(leaf: 10, subleaf: 1, eax: 2, ebx: 3, ecx: 4, edx: 5)], perfCapabilities: 0x2000)),
        Preset(name: "fixture-v2", summary: "", configuration: GuestConfiguration(leaves: [])),
      ],
      ranges: [
        RegisterRange(.gpCounter, first: 0xC1, count: 8, rdpmcBase: 0, traits: .signExtends),
        RegisterRange(.eventSelect, first: 0x186, count: 8, traits: .sharedEnable),
        RegisterRange(.fixedCounter, first: 0x309, count: 3, firstPMC: .fixed(0), rdpmcBase: 1 << 30),
        RegisterRange(.constant, first: 0x345, count: 2, word: 2, features: .ofModel(47)),
        RegisterRange(.globalStatus, first: .max, traits: .readOnly),
      ],
      events: [
        EventRow(0x3C, .cycles, .exact, "CYCLES"), EventRow(0x1234, nil, .none, "ä", features: .ofModel(3)),
        EventRow(0xF_0000_FFFF, .referenceCycles, .approximate, counters: 0b101),
      ],
      fixedEvents: [EventRow(0xC0, .instructions, .exact, "INSTRUCTIONS")], eventSelectMask: 0xF_0000_00FF,
      masksLVTPC: true))

  private func note(_ state: PMUState, _ value: UInt64) {
    state.fields.model_words.3 = (state.fields.model_words.3 &* 31) ^ value ^ salt
  }

  func refresh(_ state: PMUState, guest: GuestConfiguration, host: HostLimits) -> Bool {
    for leaf in guest.leaves {
      for word in [leaf.leaf, leaf.subleaf, leaf.eax, leaf.ebx, leaf.ecx, leaf.edx] { note(state, UInt64(word)) }
    }
    for word in [host.gp_counters, host.fixed_counters, host.gp_width, host.fixed_width, host.arch_events] {
      note(state, UInt64(word))
    }
    note(state, guest.perfCapabilities)
    state.fields.gp_count = 8
    return guest.perfCapabilities & 1 == 0
  }

  func reset(_ state: PMUState) { note(state, 1) }

  func isValidMSR(_ msr: MSRNumber, _ state: PMUStateView) -> Bool { msr.rawValue % 3 == UInt32(salt % 3) }

  func msrIndexToPMC(_ msr: MSRNumber, _ state: PMUStateView) -> PMCIndex? {
    msr.rawValue & 0x40 == 0 ? PMCIndex(rawValue: msr.rawValue) : nil
  }

  func rdpmcECXToPMC(_ ecx: RDPMCSelector, _ state: PMUStateView) -> PMCIndex? {
    ecx.rawValue & 0x80 == 0 ? PMCIndex(rawValue: ~ecx.rawValue) : nil
  }

  func getMSR(_ msr: MSRNumber, origin: AccessOrigin, _ state: PMUStateView) -> ModelAnswer? {
    if msr.rawValue % 4 == 0 { return nil }
    return ModelAnswer(
      status: vpmu_status(rawValue: msr.rawValue), pmc: origin.rawValue,
      value: salt ^ state.fields.model_words.3 ^ UInt64(msr.rawValue))
  }

  func setMSR(_ msr: MSRNumber, _ value: UInt64, origin: AccessOrigin, _ state: PMUState) -> ModelAnswer? {
    if msr.rawValue % 4 == 0 { return nil }
    note(state, value &+ UInt64(msr.rawValue) &+ UInt64(origin.rawValue) << 32)
    state.requestReprogram(value)
    return .counter(PMCIndex(rawValue: msr.rawValue), write: value ^ salt)
  }

  func findArchEvent(_ selector: UInt64, _ state: PMUStateView) -> ModelEvent? {
    if selector % 3 == 0 { return nil }
    return ModelEvent(
      select: selector ^ salt, generic: GenericEvent(rawValue: Int32(selector % 11)),
      quality: MappingQuality(rawValue: Int32(selector % 4)) ?? .none)
  }

  func findFixedEvent(_ index: UInt32, _ state: PMUStateView) -> ModelEvent? { findArchEvent(UInt64(index), state) }

  func checkRDPMCEarly(_ ecx: RDPMCSelector, _ state: PMUStateView) -> Bool { ecx.rawValue & 1 == 0 }

  func deliverPMI(_ state: PMUState) { note(state, 2) }

  func cleanup(_ state: PMUState) { note(state, 3) }
}

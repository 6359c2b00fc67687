import CVPMU
import VPMUModel

/// A model with a register that no role describes: what `docs/writing-a-model.md` shows, compiled.
struct SpecialRegisterExample: DeclaredModel {
  let registers = SpecialRegisterExample.registerFile
  let events = EventTable([], eventSelectMask: 0xFF)

  private static let registerFile = RegisterFile([
    RegisterRange(.eventSelect, first: 0x0001_5000, count: 2),
    RegisterRange(.gpCounter, first: 0x0001_5010, count: 2, rdpmcBase: 0),
    RegisterRange(.other, first: note.rawValue),
  ])

  // >>> WRITING
  // 16 bits for drivers to leave each other a note. Its range: RegisterRange(.other, first: 0x0001_5020)
  private static let note = MSRNumber(0x0001_5020)

  func getMSR(_ msr: MSRNumber, origin: AccessOrigin, _ state: PMUState) -> ModelAnswer {
    guard msr == Self.note else { return registers.read(msr, origin: origin, state) }
    return .done(state.pointee.model_words.0)
  }

  func setMSR(_ msr: MSRNumber, _ value: UInt64, origin: AccessOrigin, _ state: PMUState) -> ModelAnswer {
    guard msr == Self.note else { return registers.write(msr, value, origin: origin, state) }
    guard value <= 0xFFFF else { return .fault }
    state.pointee.model_words.0 = value
    return .done()
  }
  // <<< WRITING

  let declaration = ModelDeclaration(
    id: "org.example.pmu.note", name: "note", version: "1", license: "Apache-2.0", cpuidVendors: ["NoteNoteNote"],
    presets: [], ranges: [], events: [], eventSelectMask: 0xFF)

  func refresh(_ state: PMUState, guest: GuestConfiguration, host: HostLimits) -> Bool {
    state.setCounters(generalPurpose: CounterShape(count: 2, width: 48), host: host, registers: registers)
    return true
  }

  func reset(_ state: PMUState) {}
}

import AMDModel
import IntelModel
import Synchronization
import TestSupport
import Testing
import VPMUCore
import VPMUModel

/// A model that counts how often it is asked for the counter of a register, and has one register more: of no declared role,
/// and the counter's that it says at the moment.
private struct AskedModel: DeclaredModel {
  final class Questions: Sendable {
    let count = Atomic<Int>(0)
    let special = Atomic<UInt32>(0)
  }

  static let special = MSRNumber(0x2000)
  let questions = Questions()
  let declaration: ModelDeclaration
  let registers: RegisterFile
  let events: EventTable
  private let base: any DeclaredModel

  init(_ base: any DeclaredModel) {
    self.base = base
    registers = base.registers
    events = base.events
    var declaration = base.declaration
    declaration.ranges.append(RegisterRange(.other, first: Self.special.rawValue))
    self.declaration = declaration
  }

  func refresh(_ state: PMUState, guest: GuestConfiguration, host: HostLimits) -> Bool {
    base.refresh(state, guest: guest, host: host)
  }
  func reset(_ state: PMUState) { base.reset(state) }
  func msrIndexToPMC(_ msr: MSRNumber, _ state: PMUState) -> PMCIndex? {
    questions.count.add(1, ordering: .relaxed)
    guard msr == Self.special else { return registers.pmc(of: msr, state) }
    return PMCIndex(rawValue: questions.special.load(ordering: .relaxed))
  }

  /// Questions since the last call.
  func asked() -> Int { questions.count.exchange(0, ordering: .relaxed) }
}

/// Which counter a write marks in use, and when the model is asked for it.
struct WriteMarksTests {
  struct Case: CustomTestStringConvertible, Sendable {
    let model: any DeclaredModel
    let preset: ModelPreset
    var testDescription: String { preset.name }

    static let all = [IntelModel() as any DeclaredModel, AMDModel()].flatMap { model in
      model.declaration.presets.map { Case(model: model, preset: $0) }
    }
  }

  @Test("of each register that a preset has, the model is asked once for all", arguments: Case.all)
  func known(of item: Case) throws {
    let model = AskedModel(item.model)
    let vpmu = try GuestMachine(model, item.preset.configuration, Reuse()).vpmu
    #expect(model.asked() > 0)
    for range in item.model.declaration.ranges {
      for n in 0..<range.count {
        let msr = try #require(range.register(n))
        guard model.isValidMSR(msr, vpmu.state) else { continue }
        let before = vpmu.state.pointee.in_use
        // A write that changes nothing, so that only the register itself marks a counter.
        guard case .value(let value) = try vpmu.readMSR(msr) else { continue }
        _ = try vpmu.writeMSR(msr, value)
        #expect(model.asked() == 0, "\(msr)")
        #expect(vpmu.state.pointee.in_use == before | (model.registers.pmc(of: msr, vpmu.state)?.bit ?? 0), "\(msr)")
      }
    }
    #expect(vpmu.state.pointee.in_use == vpmu.state.pointee.all_valid)
  }

  @Test("a register of no declared role is asked for at each write, and so is a number that is no register")
  func unknown() throws {
    let model = AskedModel(IntelModel())
    let vpmu = try GuestMachine(model, model.declaration.presets[0].configuration, Reuse()).vpmu
    _ = model.asked()
    for pmc in [PMCIndex.generalPurpose(3), .fixed(1)] {
      model.questions.special.store(pmc.rawValue, ordering: .relaxed)
      _ = try vpmu.writeMSR(AskedModel.special, 0)
      #expect(vpmu.state.pointee.in_use & pmc.bit != 0)
      #expect(model.asked() == 1)
    }
    for number: UInt32 in [0, 1, 2, 0xC5, 0x4C1, 0x7FFF_FFFF, .max] {
      let before = vpmu.state.pointee.in_use
      #expect(try vpmu.writeMSR(MSRNumber(number), 0) != .done)
      #expect(model.asked() == 1, "\(number)")
      #expect(vpmu.state.pointee.in_use == before)
    }
  }

  @Test("a write that is #GP marks its counter all the same")
  func refused() throws {
    let model = IntelModel()
    let vpmu = try GuestMachine(model, model.declaration.presets[0].configuration, Reuse()).vpmu
    #expect(try vpmu.writeMSR(Architectural.select0, .max) == .generalProtection)
    #expect(vpmu.state.pointee.in_use == 1)
  }

  @Test("with another CPUID other registers mark a counter")
  func refreshed() throws {
    let presets = IntelModel().declaration.presets
    let four = try #require(presets.first { $0.name == "intel-v2" }).configuration
    let two = try #require(presets.first { $0.name == "intel-v1" }).configuration
    let vpmu = try GuestMachine(IntelModel(), four, Reuse()).vpmu
    let counter3 = MSRNumber(0xC4)
    for (configuration, isThere) in [(two, false), (four, true)] {
      try vpmu.refresh(configuration)
      #expect(try vpmu.writeMSR(counter3, 0) == (isThere ? .done : .generalProtection))
      #expect(vpmu.state.pointee.in_use == (isThere ? 1 << 3 : 0))
    }
  }
}

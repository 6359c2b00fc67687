import SeededRandom
import AMDModel
import CVPMU
import IntelModel
import SimulatedHost
import TestSupport
import Testing
import VPMUCore
import VPMUModel

/// A model each of whose callbacks, in nine of ten cases, overwrites the state that it is given: shape, sizes,
/// requests, the core's own words, counters. Its answers are random.
private struct CorruptingModel<Good: PMUModel>: SpecialRegisters, SpecialSelectors, SpecialEvents {
  let good: Good
  /// Where refresh leaves a shape that is right.
  var spoilsRefresh = false
  /// One machine on one thread.
  nonisolated(unsafe) let random: UnsafeMutablePointer<SeededGenerator>

  init(_ good: Good, random: UnsafeMutablePointer<SeededGenerator>) {
    self.good = good
    self.random = random
  }

  private func spoil(_ state: PMUStateView) {
    spoil(PMUState(UnsafeMutablePointer(mutating: state.pointer)))
  }

  private func spoil(_ state: PMUState) {
    guard random.pointee.below(10) != 0 else { return }
    let words = UnsafeMutableRawPointer(state.pointer).assumingMemoryBound(to: UInt64.self)
    for _ in 0...random.pointee.below(6) {
      words[Int(random.pointee.below(UInt64(MemoryLayout<vpmu_state>.size / 8)))] = random.pointee.value()
    }
  }

  private var answer: ModelAnswer {
    let status = random.pointee.below(4) == 0 ? random.pointee.next() : random.pointee.below(4)
    let index = random.pointee.below(3) == 0 ? random.pointee.next() : random.pointee.below(64)
    return ModelAnswer(
      status: vpmu_status(rawValue: UInt32(truncatingIfNeeded: status)), pmc: UInt32(truncatingIfNeeded: index),
      value: random.pointee.value())
  }

  private var index: PMCIndex? {
    random.pointee.below(4) == 0 ? nil : PMCIndex(rawValue: UInt32(random.pointee.below(64)))
  }

  private var event: ModelEvent {
    ModelEvent(
      vpmu_event(
        select: random.pointee.value(), generic: vpmu_generic(rawValue: Int32(random.pointee.below(14)) - 3),
        quality: vpmu_quality(rawValue: UInt32(random.pointee.below(6)) &- 1)))
  }

  var tables: ModelTables { good.tables }
  func refresh(_ state: PMUState, guest: GuestConfiguration, host: HostLimits) -> Bool {
    let accepts = good.refresh(state, guest: guest, host: host)
    if spoilsRefresh { spoil(state) }
    return accepts
  }
  func reset(_ state: PMUState) { spoil(state) }
  func isValidMSR(_ msr: MSRNumber, _ state: PMUStateView) -> Bool { true }
  func msrIndexToPMC(_ msr: MSRNumber, _ state: PMUStateView) -> PMCIndex? {
    spoil(state)
    return random.pointee.below(4) == 0 ? index : nil
  }
  func rdpmcECXToPMC(_ ecx: RDPMCSelector, _ state: PMUStateView) -> PMCIndex? {
    spoil(state)
    return index
  }
  func getMSR(_ msr: MSRNumber, origin: AccessOrigin, _ state: PMUStateView) -> ModelAnswer? {
    spoil(state)
    return answer
  }
  func setMSR(_ msr: MSRNumber, _ value: UInt64, origin: AccessOrigin, _ state: PMUState) -> ModelAnswer? {
    spoil(state)
    return answer
  }
  func findArchEvent(_ selector: UInt64, _ state: PMUStateView) -> ModelEvent? {
    spoil(state)
    return event
  }
  func findFixedEvent(_ index: UInt32, _ state: PMUStateView) -> ModelEvent? {
    spoil(state)
    return event
  }
  func _checkRDPMCEarly(_ ecx: RDPMCSelector, _ state: PMUStateView) -> vpmu_status {
    spoil(state)
    return random.pointee.below(4) == 0
      ? vpmu_status(rawValue: UInt32(truncatingIfNeeded: random.pointee.value())) : VPMU_DONE
  }
  func deliverPMI(_ state: PMUState) { spoil(state) }
  func cleanup(_ state: PMUState) { spoil(state) }
}

/// Whatever a model does to its state, the process goes on: nothing traps, and no counter or slot beyond the last is
/// touched.
struct CorruptingModelTests {
  private struct Run: ModelVisitor {
    let preset: Preset
    let policy: PolicyKind
    var random: SeededGenerator

    func visit<Model: PMUModel>(_ model: Model) throws {
      try policy.accept(Machine(model: model, preset: preset, random: random))
    }
  }

  private struct Machine<Model: PMUModel>: PolicyKind.Visitor {
    let model: Model
    let preset: Preset
    let random: SeededGenerator

    func visit<Policy: EventPolicy>(_ policy: Policy) throws {
      let generator = UnsafeMutablePointer<SeededGenerator>.allocate(capacity: 1)
      generator.initialize(to: random)
      defer { generator.deallocate() }
      let corrupting = CorruptingModel(model, random: generator)
      let machine = try GuestMachine(corrupting, preset.configuration, policy)
      var guest = RandomGuest(model.declaration, generator: SeededGenerator(seed: random.seed ^ 1))
      for step in 0..<20_000 {
        try machine.perform(guest.next())
        if step % 1000 == 999 { _ = try machine.vpmu.save() }
        if step % 5000 == 4999 { try machine.vpmu.reset() }
      }
      #expect(machine.vpmu.pluginFaults.count > 0)
      // The shape that was checked is the one that stays.
      let limits = HostLimits.generous
      #expect(Array(machine.vpmu.existingCounters).count <= Int(limits.gp_counters + limits.fixed_counters))
      #expect(machine.host.liveEvents == Int(machine.vpmu.statistics.live))
      try machine.vpmu.reset()
      #expect(machine.host.liveEvents == 0)
    }
  }

  @Test("a model that overwrites its state ends no process", arguments: VendorPreset.all, PolicyKind.allCases)
  func corrupting(preset: VendorPreset, policy: PolicyKind) throws {
    let random = SeededGenerator.fresh("a corrupting model \(preset), \(policy)")
    try preset.vendor.accept(Run(preset: preset.preset, policy: policy, random: random))
  }

  @Test("a shape that refresh spoils at random is refused or can be used", arguments: Vendor.allCases)
  func shapes(vendor: Vendor) throws { try vendor.accept(Shapes(preset: vendor.presets[0])) }

  private struct Shapes: ModelVisitor {
    let preset: Preset

    func visit<Model: PMUModel>(_ model: Model) throws {
      let random = SeededGenerator.fresh("shapes of \(preset.name)")
      let generator = UnsafeMutablePointer<SeededGenerator>.allocate(capacity: 1)
      generator.initialize(to: random)
      defer { generator.deallocate() }
      var corrupting = CorruptingModel(model, random: generator)
      corrupting.spoilsRefresh = true
      var guest = RandomGuest(model.declaration, generator: SeededGenerator(seed: random.seed ^ 1))
      var (used, refused) = (0, 0)
      for _ in 0..<2000 {
        do {
          let machine = try GuestMachine(corrupting, preset.configuration, Reuse())
          for _ in 0..<50 { try machine.perform(guest.next()) }
          used += 1
        } catch let error as VPMUError {
          guard case .invalidShape = error else { throw error }
          refused += 1
        }
      }
      #expect(used > 100 && refused > 100, "\(used) used, \(refused) refused")
    }
  }
}

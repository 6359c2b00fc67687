import SeededRandom
import SimulatedHost
import TestSupport
import Testing
import VPMUCore
import VPMUModel

/// The guest is the adversary: any number, any value, any order is answered.
struct GuestFuzzTests {
  #if DEBUG
    static let operations = 300_000
  #else
    static let operations = 10_000_000
  #endif

  /// Spreads the operations over all presets and policies of a vendor; every one must be answered.
  private struct Fuzz: ModelVisitor {
    let presets: [Preset]
    var generator: SeededGenerator

    func visit<Model: PMUModel>(_ model: Model) throws -> Int {
      var answered = 0
      let share = GuestFuzzTests.operations / (presets.count * PolicyKind.allCases.count) + 1
      for (index, preset) in presets.enumerated() {
        answered += try run(model, preset, Recreate(), share, salt: index)
        answered += try run(model, preset, ReuseKeep(), share, salt: index)
        answered += try run(model, preset, Reuse(), share, salt: index)
        answered += try run(model, preset, Adaptive(), share, salt: index)
      }
      return answered
    }

    private func run<Model: PMUModel, Policy: EventPolicy>(
      _ model: Model, _ preset: Preset, _ policy: Policy, _ count: Int, salt: Int
    ) throws -> Int {
      let machine = try GuestMachine(model, preset.configuration, policy)
      var guest = RandomGuest(
        model.declaration, generator: SeededGenerator(seed: generator.seed &+ UInt64(salt)))
      var answered = 0
      for step in 0..<count {
        try machine.perform(guest.next())
        answered += 1
        if step % 4096 == 0 {
          let parked = Policy.name == Adaptive.name ? EventPool.capacity : 0
          #expect(machine.host.liveEvents <= 32 + parked)
          #expect(UInt64(machine.host.liveEvents) == machine.vpmu.statistics.live)
          if step % (4096 * 16) == 0 { try machine.vpmu.reset() }
        }
      }
      #expect(machine.vpmu.pluginFaults.count == 0)
      return answered
    }
  }

  @Test("every one of millions of random operations is answered", arguments: Vendor.allCases)
  func everythingIsAnswered(vendor: Vendor) throws {
    let generator = SeededGenerator.fresh("guest fuzz, \(vendor)")
    let answered = try vendor.accept(Fuzz(presets: vendor.presets, generator: generator))
    #expect(answered >= Self.operations)
  }
}

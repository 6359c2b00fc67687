import SeededRandom
import TestSupport
import Testing
import VPMUCore
import VPMUModel

/// How host events are kept is not the guest's business.
struct PolicyEquivalenceTests {
  private struct SideBySide: ModelVisitor {
    let preset: Preset
    let generator: SeededGenerator
    let steps: Int
    /// Occurrences of an event in one run, at most.
    let most: UInt64

    /// An event that is never reset counts all runs together, and no event ever counts 2^64.
    private var includesAdaptive: Bool { most <= 1 << 50 }

    func visit<Model: PMUModel>(_ model: Model) throws {
      let recreate = try GuestMachine(model, preset.configuration, Recreate())
      let keep = try GuestMachine(model, preset.configuration, ReuseKeep())
      let reuse = try GuestMachine(model, preset.configuration, Reuse())
      let adaptive = try GuestMachine(model, preset.configuration, Adaptive())
      var guest = RandomGuest(model.declaration, generator: generator, most: most)
      for step in 0..<steps {
        let action = guest.next()
        let seen = try reuse.perform(action)
        try #require(try recreate.perform(action) == seen, "step \(step): \(action) under recreate")
        try #require(try keep.perform(action) == seen, "step \(step): \(action) under reuse-keep")
        guard includesAdaptive else { continue }
        try #require(try adaptive.perform(action) == seen, "step \(step): \(action) under adaptive")
      }
      // The same guest, fewer creations: else the comparison compared nothing.
      #expect(reuse.vpmu.statistics.reused > 0)
      #expect(reuse.vpmu.statistics.created < recreate.vpmu.statistics.created)
      #expect(keep.vpmu.statistics.created <= reuse.vpmu.statistics.created)
      #expect(recreate.vpmu.statistics.reused == 0)
      if includesAdaptive { #expect(adaptive.vpmu.statistics.created <= reuse.vpmu.statistics.created) }
    }
  }

  /// Counters of 48 bits wrap more than once in a run of 2^50.
  @Test(
    "long random lives look the same to the guest under every policy", arguments: VendorPreset.all,
    [UInt64.max, 1 << 50])
  func sameAnswers(preset: VendorPreset, most: UInt64) throws {
    let generator = SeededGenerator.fresh("policies side by side, \(preset)")
    try preset.vendor.accept(SideBySide(preset: preset.preset, generator: generator, steps: 20_000, most: most))
  }
}

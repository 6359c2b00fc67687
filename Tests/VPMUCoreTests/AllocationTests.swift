import SeededRandom
import CAllocations
import TestSupport
import Testing
import VPMUCore
import VPMUModel

#if DEBUG
  private let isOptimised = false
#else
  private let isOptimised = true
#endif

/// No heap allocation on an MSR access.
struct AllocationTests {
  private struct Count: ModelVisitor {
    let preset: Preset

    func visit<Model: PMUModel>(_ model: Model) throws -> UInt64 {
      try count(model, Recreate()) + count(model, ReuseKeep()) + count(model, Reuse()) + count(model, Adaptive())
    }

    private func count<Model: PMUModel, Policy: EventPolicy>(_ model: Model, _ policy: Policy) throws -> UInt64 {
      let machine = try GuestMachine(model, preset.configuration, policy)
      var guest = RandomGuest(model.declaration, generator: SeededGenerator(seed: 7))
      let actions = (0..<20_000).map { _ in guest.next() }.filter {
        if case .filter = $0 { false } else { true }
      }
      for action in actions.prefix(1000) { try machine.perform(action) }
      let before = callocations_of_this_thread()
      for action in actions { try machine.perform(action) }
      return callocations_of_this_thread() &- before
    }
  }

  @Test(
    "accesses, entries and host events on the simulated host allocate nothing",
    .enabled(if: callocations_are_counted(), "a sanitizer has an allocator of its own"),
    .enabled(if: isOptimised, "a debug build boxes generic values"), arguments: VendorPreset.all)
  func noAllocation(preset: VendorPreset) throws {
    let before = callocations_of_this_thread()
    let probe = UnsafeMutableRawPointer.allocate(byteCount: 64, alignment: 16)
    probe.deallocate()
    try #require(callocations_of_this_thread() > before, "the counter does not count")
    #expect(try preset.vendor.accept(Count(preset: preset.preset)) == 0)
  }
}

import AMDModel
import CVPMU
import GuestPerf
import Testing
import VPMUBench
import VPMUModel

/// A model that gives its events generic numbers that do not exist.
private struct MisnumberingModel: SpecialEvents {
  private let good = AMDModel()

  let tables = AMDModel().tables
  func refresh(_ state: PMUState, guest: GuestConfiguration, host: HostLimits) -> Bool {
    good.refresh(state, guest: guest, host: host)
  }
  func findArchEvent(_ selector: UInt64, _ state: PMUStateView) -> ModelEvent? {
    ModelEvent(
      vpmu_event(select: selector & 0xFFFF, generic: vpmu_generic(rawValue: 77), quality: VPMU_QUALITY_EXACT))
  }
  func findFixedEvent(_ index: UInt32, _ state: PMUStateView) -> ModelEvent? { findArchEvent(0, state) }
}

struct FaultyPluginNoteTests {
  @Test("a bench notes what a plugin returned that can't be, with the plugin's id")
  func note() throws {
    let model = MisnumberingModel()
    let guest = BenchGuest(model, preset: model.declaration.presets[0])
    let bench = Bench(BenchOptions(usages: [.oneGP], policies: [.reuse], pmis: 20))
    let report = try bench.run([guest], on: SimulatedBenchHost(), reason: "test")
    let result = try #require(report.results.first)
    #expect(result.notes.contains { $0.contains(model.declaration.id) && $0.contains("generic number") })
  }
}

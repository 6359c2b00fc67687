import AMDModel
import CVPMU
import GuestPerf
import Testing
import VPMUBench
import VPMUModel

/// A model that gives its events generic numbers that do not exist.
private struct MisnumberingModel: PMUModel {
  private let good = AMDModel()

  var declaration: ModelDeclaration { good.declaration }
  func refresh(_ state: PMUState, guest: GuestConfiguration, host: HostLimits) -> Bool {
    good.refresh(state, guest: guest, host: host)
  }
  func reset(_ state: PMUState) { good.reset(state) }
  func isValidMSR(_ msr: MSRNumber, _ state: PMUState) -> Bool { good.isValidMSR(msr, state) }
  func msrIndexToPMC(_ msr: MSRNumber, _ state: PMUState) -> PMCIndex? { good.msrIndexToPMC(msr, state) }
  func rdpmcECXToPMC(_ ecx: RDPMCSelector, _ state: PMUState) -> PMCIndex? { good.rdpmcECXToPMC(ecx, state) }
  func getMSR(_ msr: MSRNumber, origin: AccessOrigin, _ state: PMUState) -> ModelAnswer {
    good.getMSR(msr, origin: origin, state)
  }
  func setMSR(_ msr: MSRNumber, _ value: UInt64, origin: AccessOrigin, _ state: PMUState) -> ModelAnswer {
    good.setMSR(msr, value, origin: origin, state)
  }
  func findArchEvent(_ selector: UInt64, _ state: PMUState) -> ModelEvent {
    ModelEvent(vpmu_event(select: selector & 0xFFFF, generic: 77, quality: MappingQuality.exact.rawValue))
  }
  func findFixedEvent(_ index: UInt32, _ state: PMUState) -> ModelEvent { findArchEvent(0, state) }
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

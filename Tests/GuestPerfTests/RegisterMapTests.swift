import AMDModel
import GuestPerf
import IntelModel
import SimulatedHost
import Testing
import VPMUCore
import VPMUModel
import VPMUTrace

@Suite struct RegisterMapTests {
  private func map(_ model: some PMUModel, _ preset: String) throws -> RegisterMap {
    let configuration = try #require(model.declaration.preset(named: preset)).configuration
    return try RecordingPort(
      model, configuration,
      HostLimits(gpCounters: 8, fixedCounters: 3, gpWidth: 48, fixedWidth: 48, archEvents: 7)
    ).registers
  }

  @Test(arguments: [
    ("intel-v1", 2, 0, false), ("intel-v2", 4, 3, true), ("amd-k7", 4, 0, false), ("amd-f15h", 6, 0, false),
    ("amd-v2", 6, 0, true),
  ])
  func `A guest finds the counters that its CPUID shows`(preset: String, gp: Int, fixed: Int, global: Bool) throws {
    let map = preset.hasPrefix("intel") ? try map(IntelModel(), preset) : try map(AMDModel(), preset)
    #expect(map.generalPurpose.count == gp)
    #expect(map.fixed.count == fixed)
    #expect((map.global != nil) == global)
  }

  @Test func `A guest prefers full-width counters`() throws {
    #expect(try map(IntelModel(), "intel-v2").generalPurpose[1].value == MSRNumber(0xC2))
    let fullWidth = try map(IntelModel(), "intel-v2-fullwidth").generalPurpose[1]
    #expect(fullWidth.value == MSRNumber(0x4C2))
    #expect(!fullWidth.signExtends)
  }

  @Test func `A guest prefers the registers of PERFCTR_CORE`() throws {
    let registers = try map(AMDModel(), "amd-f15h").generalPurpose[5]
    #expect(registers.control == MSRNumber(0xC001_020A))
    #expect(registers.value == MSRNumber(0xC001_020B))
    #expect(registers.selector == RDPMCSelector(5))
  }

  @Test func `Periods of a sign-extending counter end at 2 to the 31`() throws {
    let map = try map(IntelModel(), "intel-v2")
    let set = CounterSet([GuestEvent(code: 0xC0, period: 1 << 40)], on: map)
    #expect(set.counters.first?.preset == 0x8000_0000)
    let fixed = try #require(CounterSet(GuestEvent(code: 0, period: 1 << 40), onFixed: 0, of: map))
    #expect(fixed.counters.first?.preset == (1 << 48) - (1 << 40))
  }

  @Test func `There is no set on a fixed counter that does not exist`() throws {
    #expect(CounterSet(GuestEvent(code: 0, period: 1), onFixed: 0, of: try map(AMDModel(), "amd-v2")) == nil)
  }
}

import Testing
import VPMU

/// The plugins are beside the test's program.
@Suite struct VirtualMachinePMUTests {
  @Test(
    "A guest counts with any policy and either vendor's preset, chosen by name",
    arguments: PolicyKind.allCases, ["intel-v2", "amd-v2"])
  func counts(policy: PolicyKind, preset: String) throws {
    let machine: VirtualMachinePMU
    do {
      machine = try VirtualMachinePMU(preset: preset, policy: policy.rawValue)
    } catch let error as VirtualMachinePMUError {
      guard case .noHostEvents = error else { throw error }
      return
    }
    let pmu = try machine.makePMU()
    let row = try #require(pmu.declaration.event(for: .instructions))
    let select = pmu.declaration.ranges.first { $0.role == .eventSelect }.flatMap { $0.register(0) }
    let counter = pmu.declaration.ranges.first { $0.role == .gpCounter }.flatMap { $0.register(0) }
    #expect(try pmu.writeMSR(try #require(select), row.select | 0x43_0000) == .done)
    #expect(try pmu.counterState(.generalPurpose(0)) == .pending)
    #expect(try pmu.enter() == .run)
    if case .off = try pmu.counterState(.generalPurpose(0)) { Issue.record("the counter is off") }
    var sum: UInt64 = 0
    for n in 0..<1_000_000 as Range<UInt64> { sum &+= n }
    #expect(sum != 0)
    guard case .value(let count) = try pmu.readMSR(try #require(counter)) else {
      Issue.record("the counter is #GP")
      return
    }
    #expect(count > 0)
    #expect(pmu.statistics.created == 1)
    try pmu.reset()
    #expect(pmu.statistics.live == 0)
  }

  @Test func `A name that nothing has is an error that lists the names`() {
    let policy = #expect(throws: VirtualMachinePMUError.self) {
      try VirtualMachinePMU(preset: "intel-v2", policy: "reuze")
    }
    #expect("\(policy.map { "\($0)" } ?? "")".contains("reuse-keep"))
    #expect(throws: PluginSelectionError.self) { try VirtualMachinePMU(preset: "intel-v99") }
  }
}

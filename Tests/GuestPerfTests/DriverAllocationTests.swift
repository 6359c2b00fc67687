import CAllocations
import GuestPerf
import IntelModel
import SimulatedHost
import Testing
import VPMUCore
import VPMUModel

/// Answers as a PMU whose first counter has just overflowed.
private struct OverflowedPort: GuestPort {
  let status: MSRNumber?
  private(set) var accesses = 0
  private var looks = 0

  init(status: MSRNumber?) { self.status = status }

  mutating func wrmsr(_ msr: MSRNumber, _ value: UInt64) { accesses += 1 }

  mutating func rdmsr(_ msr: MSRNumber) -> UInt64 {
    accesses += 1
    looks += 1
    return msr == status && looks == 1 ? 1 : 0
  }

  mutating func rdpmc(_ ecx: RDPMCSelector) -> UInt64 {
    accesses += 1
    return 0
  }
}

@Suite struct DriverAllocationTests {
  #if DEBUG
    private static let isOptimized = false
  #else
    private static let isOptimized = true
  #endif

  @Test(
    .enabled(if: callocations_are_counted(), "a sanitizer has an allocator of its own"),
    .enabled(if: isOptimized, "a debug build allocates for loops over arrays"),
    arguments: [("intel-v2", 7), ("intel-v1", 8)])
  func `The PMI handler allocates nothing`(preset: String, accesses: Int) throws {
    let model = IntelModel()
    let configuration = try #require(model.declaration.preset(named: preset)).configuration
    let map = try RecordingPort(
      model, configuration,
      HostLimits(gpCounters: 8, fixedCounters: 3, gpWidth: 48, fixedWidth: 48, archEvents: 7)
    ).registers
    let set = CounterSet([GuestEvent(code: 0xC0, period: 1000), GuestEvent(code: 0x3C, period: 1000)], on: map)
    let driver = PerfDriver(map)
    var port = OverflowedPort(status: map.global?.status)
    let before = callocations_of_this_thread()
    let overflowed = driver.handlePMI(set, &port)
    #expect(callocations_of_this_thread() == before)
    #expect(overflowed != 0)
    #expect(port.accesses == accesses)
  }

  @Test func `A status that never clears does not keep the handler for ever`() throws {
    struct StuckPort: GuestPort {
      var looks = 0
      mutating func wrmsr(_ msr: MSRNumber, _ value: UInt64) {}
      mutating func rdmsr(_ msr: MSRNumber) -> UInt64 {
        looks += 1
        return 1
      }
      mutating func rdpmc(_ ecx: RDPMCSelector) -> UInt64 { 0 }
    }
    let model = IntelModel()
    let configuration = try #require(model.declaration.preset(named: "intel-v2")).configuration
    let map = try RecordingPort(
      model, configuration,
      HostLimits(gpCounters: 4, fixedCounters: 3, gpWidth: 48, fixedWidth: 48, archEvents: 7)
    ).registers
    var port = StuckPort()
    let set = CounterSet([GuestEvent(code: 0xC0, period: 1000)], on: map)
    #expect(PerfDriver(map).handlePMI(set, &port) == 1)
    #expect(port.looks <= 101)
  }
}

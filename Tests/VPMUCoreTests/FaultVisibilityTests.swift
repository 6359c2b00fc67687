import IntelModel
import SimulatedHost
import TestSupport
import Testing
import VPMUCore
import VPMUModel

/// A counter that does not count is visible; what is over interrupts nobody.
struct FaultVisibilityTests {
  struct Machine<Policy: EventPolicy> {
    let host: FaultInjectingHost
    let vpmu: VirtualPMU<IntelModel, FaultInjectingHost, Policy>

    init(_ policy: Policy, _ faults: FaultRates = FaultRates()) throws {
      host = FaultInjectingHost(limits: .generous, faults: faults, seed: 1)
      vpmu = try VirtualPMU(
        model: IntelModel(), configuration: IntelModel().declaration.presets[0].configuration, host: host,
        policy: policy)
    }

    func sample(_ distance: UInt64, _ select: UInt64 = Architectural.interruptingInstructions) throws {
      #expect(try vpmu.writeMSR(Architectural.counter0, 0 &- distance) == .done)
      #expect(try vpmu.writeMSR(Architectural.select0, select) == .done)
      _ = try vpmu.enter()
    }

    func run(_ count: UInt64) throws -> EntryAction {
      host.run(Architectural.code, ring: .user, count: count)
      return try vpmu.enter()
    }
  }

  private struct Failing: PolicyKind.Visitor {
    let faults: FaultRates
    let expected: HostRefusal

    func visit<Policy: EventPolicy>(_ policy: Policy) throws {
      let machine = try Machine(policy, faults)
      try machine.sample(1000)
      _ = try machine.run(400)
      #expect(try machine.vpmu.counterState(.generalPurpose(0)) == .notCounting(expected))
    }
  }

  @Test("events on a dead counter, off their counter or throttled show it", arguments: PolicyKind.allCases)
  func visible(policy: PolicyKind) throws {
    var (dead, off) = (FaultRates(), FaultRates())
    (dead.dead, off.notScheduled) = (100, 100)
    try policy.accept(Failing(faults: dead, expected: .deadCounter))
    try policy.accept(Failing(faults: off, expected: .notScheduled))
  }

  @Test("a throttled event goes on with the next period, and what it counted before is kept")
  func throttled() throws {
    var faults = FaultRates()
    faults.throttledAfter = 1
    let machine = try Machine(Adaptive(), faults)
    try machine.sample(100)
    // The notification that stopped it, and the PMI.
    #expect(try machine.run(150) == .injectPMI)
    #expect(try machine.vpmu.readMSR(Architectural.counter0) == .value(50))
    try machine.sample(100)
    #expect(try machine.vpmu.counterState(.generalPurpose(0)) == .counting(.exact))
    #expect(try machine.run(100) == .injectPMI)
  }

  private struct Reset: PolicyKind.Visitor {
    func visit<Policy: EventPolicy>(_ policy: Policy) throws {
      var faults = FaultRates()
      faults.late = 100
      let machine = try Machine(policy, faults)
      try machine.sample(100)
      #expect(try machine.run(150) == .run)
      try machine.vpmu.reset()
      machine.host.deliverHeldNotifications()
      #expect(try machine.vpmu.enter() == .run)
      #expect(try machine.run(1000) == .run)
      #expect(try machine.vpmu.readMSR(Architectural.globalStatus) == .value(0))
      #expect(machine.vpmu.statistics.live == 0)
    }
  }

  @Test("after RESET nothing fires, whatever was on its way", arguments: PolicyKind.allCases)
  func reset(policy: PolicyKind) throws { try policy.accept(Reset()) }

  @Test("a counter that interrupts nobody costs no interrupt under adaptive, and its status bit is there all the same")
  func silent() throws {
    let machine = try Machine(Adaptive())
    for _ in 0..<20 {
      try machine.sample(100, Architectural.instructions)
      #expect(try machine.run(150) == .run)
      #expect(try machine.vpmu.readMSR(Architectural.globalStatus) == .value(1))
      #expect(try machine.vpmu.writeMSR(MSRNumber(0x390), 1) == .done)
      #expect(try machine.vpmu.writeMSR(Architectural.select0, 0) == .done)
      _ = try machine.vpmu.enter()
    }
    #expect(machine.host.calls.notifications == 0)
    #expect(machine.host.calls.create == 1)
  }

  @Test("a pause costs one stray interrupt at most, however long it is")
  func stray() throws {
    let machine = try Machine(Adaptive())
    try machine.sample(100)
    #expect(try machine.vpmu.writeMSR(Architectural.globalControl, 0) == .done)
    _ = try machine.vpmu.enter()
    for _ in 0..<20 { #expect(try machine.run(150) == .run) }
    #expect(machine.host.calls.notifications == 1)
    #expect(try machine.vpmu.readMSR(Architectural.counter0) == .value(0xFFFF_FFFF_FF9C))
    #expect(try machine.vpmu.writeMSR(Architectural.globalControl, 1) == .done)
    _ = try machine.vpmu.enter()
    #expect(try machine.run(99) == .run)
    #expect(try machine.run(1) == .injectPMI)
  }

  @Test("ten events over four counters are made once")
  func rotation() throws {
    let machine = try Machine(Adaptive())
    for turn in 0..<60 as Range<UInt64> {
      for counter in 0..<4 as Range<UInt32> {
        let event = (turn * 4 + UInt64(counter)) % 10
        #expect(
          try machine.vpmu.writeMSR(MSRNumber(0x186 + counter), 0x53_0000 | 0xD0 + event) == .done)
      }
      try machine.vpmu.scheduledIn()
      _ = try machine.vpmu.enter()
    }
    #expect(machine.host.calls.create == 10)
    #expect(machine.host.maximumLive == 10)
  }
}

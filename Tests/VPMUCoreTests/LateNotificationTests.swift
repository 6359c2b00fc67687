import SimulatedHost
import TestSupport
import Testing
import VPMUCore
import VPMUModel

/// A signal may come when its counter has long got another value, or a second one that came after it was heard first.
struct LateNotificationTests {
  typealias Machine = FaultVisibilityTests.Machine

  /// Counter 0 wraps, its notification is on its way, and the host's next one for the same programming is heard.
  private static func overtaken<Policy: EventPolicy>(_ policy: Policy) throws -> Machine<Policy> {
    let machine = try Machine(policy)
    machine.host.faults.late = 100
    try machine.sample(100)
    #expect(try machine.run(150) == .run)
    machine.host.faults.late = 0
    #expect(try machine.run(100) == .injectPMI)
    try machine.clearStatus()
    return machine
  }

  /// The counter has got a new value, and the old notification comes.
  private struct NextProgramming: PolicyKind.Visitor {
    var isTakenByAccess: Bool

    func visit<Policy: EventPolicy>(_ policy: Policy) throws {
      let machine = try LateNotificationTests.overtaken(policy)
      try machine.stop()
      try machine.sample(1000)
      #expect(try machine.run(500) == .run)
      machine.host.deliverHeldNotifications()
      if isTakenByAccess { #expect(try machine.status() == 0) }
      #expect(try machine.vpmu.enter() == .run)
      #expect(try machine.status() == 0)
      #expect(try machine.run(499) == .run)
      #expect(try machine.run(1) == .injectPMI)
      #expect(try machine.status() == 1)
    }
  }

  @Test(
    "A notification that comes after its counter was programmed again is not one of the new programming",
    arguments: PolicyKind.allCases,
    [true, false])
  func nextProgramming(policy: PolicyKind, isTakenByAccess: Bool) throws {
    try policy.accept(NextProgramming(isTakenByAccess: isTakenByAccess))
  }

  private struct Stopped: PolicyKind.Visitor {
    func visit<Policy: EventPolicy>(_ policy: Policy) throws {
      let machine = try LateNotificationTests.overtaken(policy)
      try machine.stop()
      machine.host.deliverHeldNotifications()
      #expect(try machine.vpmu.enter() == .run)
      #expect(try machine.status() == 0)
    }
  }

  @Test("nor one of a counter that is stopped", arguments: PolicyKind.allCases)
  func stopped(policy: PolicyKind) throws { try policy.accept(Stopped()) }

  /// The new period is counted from the moved base, so what the event had counted comes on top: 150 + 850.
  private struct WrittenWhileRunning: PolicyKind.Visitor {
    func visit<Policy: EventPolicy>(_ policy: Policy) throws {
      let machine = try Machine(policy)
      machine.host.faults.late = 100
      try machine.sample(100)
      #expect(try machine.run(150) == .run)
      machine.host.faults.late = 0
      #expect(try machine.vpmu.writeMSR(Architectural.counter0, 0 &- 1000) == .done)
      #expect(try machine.status() == 1, "found by the count that the write asks for")
      #expect(try machine.vpmu.enter() == .injectPMI)
      try machine.clearStatus()
      machine.host.deliverHeldNotifications()
      #expect(try machine.vpmu.enter() == .run)
      #expect(try machine.run(999) == .run)
      #expect(try machine.status() == 0)
      #expect(try machine.run(500) == .injectPMI)
    }
  }

  @Test("nor of the value that was written while the counter ran", arguments: PolicyKind.allCases)
  func writtenWhileRunning(policy: PolicyKind) throws { try policy.accept(WrittenWhileRunning()) }

  /// As when a signal comes while the VMM looks at the counters for another reason.
  private struct InTheMailbox: PolicyKind.Visitor {
    func visit<Policy: EventPolicy>(_ policy: Policy) throws {
      let machine = try Machine(policy)
      try machine.sample(100)
      #expect(try machine.run(100) == .injectPMI)
      try machine.clearStatus()
      try machine.stop()
      try machine.sample(1000)
      machine.vpmu.mailbox.postNotification(.generalPurpose(0))
      #expect(try machine.vpmu.enter() == .run)
      #expect(try machine.run(999) == .run)
      #expect(try machine.status() == 0)
      #expect(try machine.run(1) == .injectPMI)
    }
  }

  @Test("one notification too many is none", arguments: PolicyKind.allCases)
  func tooMany(policy: PolicyKind) throws { try policy.accept(InTheMailbox()) }

  /// A period that is refused leaves the old one, whose notification comes before the new wrap.
  private struct RefusedWhileRunning: PolicyKind.Visitor {
    func visit<Policy: EventPolicy>(_ policy: Policy) throws {
      let machine = try Machine(policy)
      try machine.sample(100)
      machine.host.faults.periodRefused = 100
      #expect(try machine.vpmu.writeMSR(Architectural.counter0, 0 &- 1000) == .done)
      machine.host.faults.periodRefused = 0
      #expect(try machine.run(999) == .run)
      #expect(try machine.status() == 0)
      #expect(try machine.run(1) == .injectPMI)
    }
  }

  @Test("nor one of a period that the host did not give up", arguments: PolicyKind.allCases)
  func refusedWhileRunning(policy: PolicyKind) throws { try policy.accept(RefusedWhileRunning()) }

  /// The count that judges is the one that the pass reads when it stops the counter.
  private struct Cost: PolicyKind.Visitor {
    func visit<Policy: EventPolicy>(_ policy: Policy) throws {
      let machine = try Machine(policy)
      try machine.sample(100)
      for _ in 0..<10 {
        #expect(try machine.run(100) == .injectPMI)
        try machine.stop()
        try machine.sample(100)
      }
      // Each time for the notification, and for the guest's handler.
      var expected = HostCalls()
      (expected.create, expected.notifications) = (1, 10)
      (expected.pause, expected.setPeriod, expected.resume) = (20, 20, 20)
      #expect(machine.host.calls == expected)
    }
  }

  @Test("a notification that comes in time costs no read", arguments: [PolicyKind.reuse, .reuseKeep])
  func cost(policy: PolicyKind) throws { try policy.accept(Cost()) }
}

extension FaultVisibilityTests.Machine {
  fileprivate func stop() throws {
    #expect(try vpmu.writeMSR(Architectural.select0, 0) == .done)
    #expect(try vpmu.enter() == .run)
  }

  fileprivate func status() throws -> UInt64 {
    guard case .value(let status) = try vpmu.readMSR(Architectural.globalStatus) else {
      throw UnexpectedAnswer.read(Architectural.globalStatus)
    }
    return status
  }

  fileprivate func clearStatus() throws { #expect(try vpmu.writeMSR(MSRNumber(0x390), 1) == .done) }
}

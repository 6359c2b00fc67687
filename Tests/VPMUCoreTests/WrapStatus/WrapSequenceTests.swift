import SimulatedHost
import TestSupport
import Testing
import VPMUCore
import VPMUModel

/// The shortest sequences in which a wrap could lose its status bit.
struct WrapSequenceTests {
  typealias Machine = FaultVisibilityTests.Machine

  /// What the guest changes while a notification of a wrap is on its way.
  enum Change: CaseIterable, Sendable {
    case eventSelect, stop, globalStop, value, otherCounter
  }

  struct Case: Sendable, CustomTestStringConvertible {
    let policy: PolicyKind
    let change: Change
    /// The notification is taken by a read of the status, not by the next entry.
    let isTakenByAccess: Bool
    var testDescription: String { "\(policy.rawValue), \(change), \(isTakenByAccess ? "read" : "entry")" }

    static let all = PolicyKind.allCases.flatMap { policy in
      Change.allCases.flatMap { change in
        [false, true].map { Case(policy: policy, change: change, isTakenByAccess: $0) }
      }
    }
  }

  private struct LateBetween: PolicyKind.Visitor {
    let change: Change
    let isTakenByAccess: Bool

    func visit<Policy: EventPolicy>(_ policy: Policy) throws {
      let machine = try Machine(policy)
      machine.host.faults.late = 100
      try machine.sample(100)
      machine.host.run(Architectural.code, ring: .user, count: 150)
      try write(machine)
      machine.host.deliverHeldNotifications()
      if isTakenByAccess { _ = try machine.vpmu.readMSR(Architectural.globalStatus) }
      #expect(try machine.vpmu.enter() == .injectPMI)
      #expect(try machine.vpmu.readMSR(Architectural.globalStatus) == .value(1))
      #expect(try machine.vpmu.enter() == .run)
    }

    private func write<Policy: EventPolicy>(_ machine: Machine<Policy>) throws {
      let edge: UInt64 = 1 << 18
      let (msr, value) =
        switch change {
        case .eventSelect: (Architectural.select0, Architectural.interruptingInstructions | edge)
        case .stop: (Architectural.select0, 0)
        case .globalStop: (Architectural.globalControl, 0)
        case .value: (Architectural.counter0, 0 &- 1000)
        // This one is not marked.
        case .otherCounter: (Architectural.select1, Architectural.instructions)
        }
      #expect(try machine.vpmu.writeMSR(msr, value) == .done)
    }
  }

  @Test(
    "a wrap whose notification comes between a change and the next entry has its status bit and its PMI",
    arguments: Case.all)
  func lateBetween(_ each: Case) throws {
    try each.policy.accept(LateBetween(change: each.change, isTakenByAccess: each.isTakenByAccess))
  }

  /// What the guest does after an emulated wrap, before it is entered.
  enum Next: CaseIterable, Sendable {
    case nothing, value, stop, eventSelect
  }

  private struct Emulated: PolicyKind.Visitor {
    let next: Next

    func visit<Policy: EventPolicy>(_ policy: Policy) throws {
      let machine = try Machine(policy)
      try machine.sample(5)
      try machine.vpmu.emulated(Architectural.code, cpl: 3, count: 3)
      #expect(try machine.vpmu.readMSR(Architectural.globalStatus) == .value(0))
      try machine.vpmu.emulated(Architectural.code, cpl: 3, count: 7)
      #expect(try machine.vpmu.readMSR(Architectural.counter0) == .value(5))
      var value: UInt64 = 5
      switch next {
      case .nothing: break
      case .value:
        value = 77
        #expect(try machine.vpmu.writeMSR(Architectural.counter0, value) == .done)
      case .stop: #expect(try machine.vpmu.writeMSR(Architectural.globalControl, 0) == .done)
      case .eventSelect: #expect(try machine.vpmu.writeMSR(Architectural.select0, 0x53_00C4) == .done)
      }
      #expect(try machine.vpmu.readMSR(Architectural.globalStatus) == .value(1), "before the next entry")
      #expect(try machine.vpmu.enter() == .injectPMI)
      #expect(try machine.vpmu.enter() == .run, "once")
      #expect(try machine.vpmu.readMSR(Architectural.counter0) == .value(value))
    }
  }

  @Test(
    "an emulated wrap is in the status at once, and stays whatever the guest writes then",
    arguments: PolicyKind.allCases,
    Next.allCases)
  func emulated(policy: PolicyKind, next: Next) throws { try policy.accept(Emulated(next: next)) }

  private struct Acknowledged: PolicyKind.Visitor {
    func visit<Policy: EventPolicy>(_ policy: Policy) throws {
      let machine = try Machine(policy)
      try machine.sample(5)
      try machine.vpmu.emulated(Architectural.code, cpl: 3, count: 7)
      #expect(try machine.vpmu.writeMSR(MSRNumber(0x390), 1) == .done)
      #expect(try machine.vpmu.enter() == .injectPMI)
      #expect(try machine.vpmu.readMSR(Architectural.globalStatus) == .value(0))
      // The next wrap is a wrap of its own.
      let distance: UInt64 = 100
      #expect(try machine.vpmu.writeMSR(Architectural.counter0, 0 &- distance) == .done)
      #expect(try machine.run(distance - 1) == .run)
      #expect(try machine.run(1) == .injectPMI)
      #expect(try machine.vpmu.readMSR(Architectural.globalStatus) == .value(1))
    }
  }

  @Test("an emulated wrap that the guest acknowledged does not come again", arguments: PolicyKind.allCases)
  func acknowledged(policy: PolicyKind) throws { try policy.accept(Acknowledged()) }
}

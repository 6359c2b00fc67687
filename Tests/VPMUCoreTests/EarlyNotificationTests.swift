import SimulatedHost
import TestSupport
import Testing
import VPMUCore
import VPMUModel

/// A notification may come before its time; then the host goes on with a whole period of its own. What the guest waits
/// for must not have to wait as long.
struct EarlyNotificationTests {
  typealias Machine = FaultVisibilityTests.Machine

  enum Moment: CaseIterable, Sendable {
    /// While the counter runs.
    case running
    /// Between a write that says again what the counter is to count, and the next entry.
    case marked
    /// While the counter is stopped.
    case stopped
  }

  private struct Early: PolicyKind.Visitor {
    let moment: Moment

    func visit<Policy: EventPolicy>(_ policy: Policy) throws {
      let machine = try Machine(policy)
      machine.host.faults.early = 100
      try machine.sample(1000)
      machine.host.faults.early = 0
      machine.host.faults.late = moment == .running ? 0 : 100
      var count: UInt64 = 0
      while machine.host.calls.notifications == 0 {
        #expect(try machine.run(1) == .run)
        count += 1
      }
      try #require(count < 1000)
      machine.host.faults.late = 0
      switch moment {
      case .running: break
      case .marked:
        let pin: UInt64 = 1 << 19
        #expect(try machine.vpmu.writeMSR(Architectural.select0, Architectural.interruptingInstructions | pin) == .done)
        machine.host.deliverHeldNotifications()
      case .stopped:
        #expect(try machine.vpmu.writeMSR(Architectural.globalControl, 0) == .done)
        #expect(try machine.vpmu.enter() == .run)
        machine.host.deliverHeldNotifications()
        #expect(try machine.vpmu.enter() == .run)
        #expect(try machine.vpmu.writeMSR(Architectural.globalControl, 1) == .done)
      }
      #expect(try machine.vpmu.enter() == .run)
      #expect(try machine.run(999 - count) == .run)
      #expect(try machine.run(1) == .injectPMI)
    }
  }

  struct Case: Sendable, CustomTestStringConvertible {
    let policy: PolicyKind
    let moment: Moment
    var testDescription: String { "\(policy.rawValue), \(moment)" }
    static let all = PolicyKind.allCases.flatMap { policy in Moment.allCases.map { Case(policy: policy, moment: $0) } }
  }

  @Test("the PMI comes with the wrap, whenever an early notification came", arguments: Case.all)
  func early(_ each: Case) throws { try each.policy.accept(Early(moment: each.moment)) }
}

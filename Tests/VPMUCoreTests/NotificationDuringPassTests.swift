import IntelModel
import SimulatedHost
import TestSupport
import Testing
import VPMUCore
import VPMUModel

/// A signal comes when it likes: also while `enter` starts another counter.
@Suite("A notification that comes during a pass")
struct NotificationDuringPassTests {
  /// A host that does something once, when an event is made, set or resumed.
  private final class InterruptedHost: HostEvents {
    typealias Event = FaultInjectingHost.Event

    let base = FaultInjectingHost(limits: .generous, faults: FaultRates(), seed: 1)
    var interruption: (() -> Void)?

    var limits: HostLimits { base.limits }

    private func interrupt() {
      let interruption = interruption
      self.interruption = nil
      interruption?()
    }

    func attach(_ attachment: HostAttachment) { base.attach(attachment) }
    func create(_ request: EventRequest) throws(HostRefusal) -> Event {
      interrupt()
      return try base.create(request)
    }
    func setPeriod(_ period: UInt64, of event: Event) -> Bool {
      interrupt()
      return base.setPeriod(period, of: event)
    }
    func pauseAndReset(_ event: Event) -> UInt64 { base.pauseAndReset(event) }
    func disable(_ event: Event) { base.disable(event) }
    func assign(_ event: Event, to pmc: PMCIndex) { base.assign(event, to: pmc) }
    func resume(_ event: Event) -> Bool {
      interrupt()
      return base.resume(event)
    }
    func read(_ event: Event) -> UInt64 { base.read(event) }
    func release(_ event: Event) { base.release(event) }
    func knownFailure(of event: Event) -> HostRefusal? { base.knownFailure(of: event) }
    func queryFailure(of event: Event) -> HostRefusal? { base.queryFailure(of: event) }
  }

  private struct Life: PolicyKind.Visitor {
    func visit<Policy: EventPolicy>(_ policy: Policy) throws {
      let host = InterruptedHost()
      let model = IntelModel()
      let vpmu = try VirtualPMU(
        model: model, configuration: model.declaration.presets[0].configuration, host: host, policy: policy)
      host.base.faults.late = 100
      #expect(try vpmu.writeMSR(Architectural.counter0, 0 &- 100) == .done)
      #expect(try vpmu.writeMSR(Architectural.select0, Architectural.interruptingInstructions) == .done)
      _ = try vpmu.enter()
      host.base.run(Architectural.code, ring: .user, count: 150)
      #expect(try vpmu.writeMSR(Architectural.select1, 0x53_00C4) == .done)
      host.interruption = { host.base.deliverHeldNotifications() }
      #expect(try vpmu.enter() == .injectPMI)
      #expect(host.interruption == nil)
      host.base.run(Architectural.code, ring: .user, count: 1000)
      #expect(try vpmu.writeMSR(Architectural.globalControl, 0) == .done)
      _ = try vpmu.enter()
      #expect(try vpmu.readMSR(Architectural.counter0) == .value(1050))
    }
  }

  @Test("what is counted between it and the next pass is not lost", arguments: PolicyKind.allCases)
  func counts(policy: PolicyKind) throws { try policy.accept(Life()) }
}

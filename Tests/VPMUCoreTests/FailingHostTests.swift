import IntelModel
import SimulatedHost
import TestSupport
import Testing
import VPMUCore
import VPMUModel

/// A host whose events stop counting, as when another user takes the counter: no notification is sent when it happens.
private final class FailingHost: HostEvents {
  typealias Event = SimulatedHost.Event
  let base = SimulatedHost(limits: .generous)
  var failure: HostRefusal?
  var created = 0

  var limits: HostLimits { base.limits }
  func attach(_ attachment: HostAttachment) { base.attach(attachment) }
  func create(_ request: EventRequest) throws(HostRefusal) -> Event {
    created += 1
    return try base.create(request)
  }
  func setPeriod(_ period: UInt64, of event: Event) -> Bool { base.setPeriod(period, of: event) }
  func pauseAndReset(_ event: Event) -> UInt64 { base.pauseAndReset(event) }
  func disable(_ event: Event) { base.disable(event) }
  func assign(_ event: Event, to pmc: PMCIndex) { base.assign(event, to: pmc) }
  func resume(_ event: Event) -> Bool { base.resume(event) }
  func read(_ event: Event) -> UInt64 { base.read(event) }
  func release(_ event: Event) { base.release(event) }
  func knownFailure(of event: Event) -> HostRefusal? { failure }
}

struct FailingHostTests {
  @Test("An event that failed while it ran is visible, and created again when any counter is reprogrammed")
  func retried() throws {
    let host = FailingHost()
    let vpmu = try VirtualPMU(
      model: IntelModel(), configuration: IntelModel().declaration.presets[0].configuration, host: host)
    #expect(try vpmu.writeMSR(Architectural.select0, Architectural.instructions) == .done)
    _ = try vpmu.enter()
    #expect(host.created == 1)
    host.failure = .errorState
    #expect(try vpmu.counterState(.generalPurpose(0)) == .notCounting(.errorState))
    _ = try vpmu.enter()
    #expect(host.created == 1, "a failure alone asks for no pass: it must not keep the guest from running")
    #expect(try vpmu.writeMSR(Architectural.select1, Architectural.instructions) == .done)
    _ = try vpmu.enter()
    #expect(host.created == 3)
    vpmu.mailbox.requestRescan()
    _ = try vpmu.enter()
    #expect(host.created == 5, "a host that tells of the failure is asked at once")
    host.failure = nil
    #expect(try vpmu.counterState(.generalPurpose(0)) == .counting(.exact))
    #expect(vpmu.statistics.live == 2)
  }
}

import KVMGuest
import SimulatedHost
import VPMUBench
import VPMUCore
import VPMUModel

/// A guest behind /dev/kvm whose loops the host's events count by themselves. Its time is that of the vCPU's thread.
public final class CountedLoops: GuestWork {
  public func slice() {}

  public func idle(_ nanoseconds: UInt64) { Clock.sleep(nanoseconds) }

  public func now() -> UInt64 { Clock.ownTime() }
}

/// A guest behind /dev/kvm on a simulated host, which is given the events of each loop of the guest: instructions and
/// branches, exactly, and none that depends on the processor. Its time is that of its slices: the same at
/// every run.
public final class ReportedLoops: GuestWork {
  private let host: SimulatedHost
  private let events: [(code: EventCode, count: UInt64)]
  private var time: UInt64 = 0

  public init(_ declaration: ModelDeclaration, on host: SimulatedHost) {
    self.host = host
    let round = LoopRound.walk
    events = [(GenericEvent.instructions, round.instructions), (.branches, round.branches)].compactMap { event, count in
      declaration.event(for: event).map {
        (
          EventCode(selector: $0.select, mask: declaration.eventSelectMask), count &* KVMMachine.sliceRounds
        )
      }
    }
  }

  public func slice() {
    for event in events { host.run(event.code, ring: .user, count: event.count) }
    time &+= Self.sliceTime
  }

  public func idle(_ nanoseconds: UInt64) { time &+= nanoseconds }

  public func now() -> UInt64 { time }
}

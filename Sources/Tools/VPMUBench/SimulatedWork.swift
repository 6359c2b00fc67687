import SimulatedHost
import VPMUCore
import VPMUModel

/// Work of a simulated host: in each slice as many occurrences of each of the model's events, in ring 3, as a processor
/// of 3 GHz would make. Its time is that of its slices. The same at every run.
public final class SimulatedWork: GuestWork {
  private let host: SimulatedHost
  private let events: [(code: EventCode, count: UInt64)]
  private var slices: UInt64 = 0
  private var idleTime: UInt64 = 0
  private var random: UInt64 = 1

  public init(_ declaration: ModelDeclaration, on host: SimulatedHost) {
    self.host = host
    events = declaration.events.compactMap { event in
      event.generic.map {
        (EventCode(selector: event.select, mask: declaration.eventSelectMask), Self.occurrences(of: $0))
      }
    }
  }

  /// In one slice.
  private static func occurrences(of event: GenericEvent) -> UInt64 {
    switch event {
    case .cycles, .referenceCycles: 15_000
    case .instructions: 21_000
    case .branches: 4_200
    case .branchMisses: 180
    case .cacheReferences: 640
    case .cacheMisses: 260
    case .busCycles: 500
    case .stalledCyclesFrontend: 1_900
    case .stalledCyclesBackend: 6_300
    }
  }

  public func slice() {
    slices &+= 1
    for event in events {
      random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      // An eighth more or less.
      let spread = event.count / 4
      host.run(event.code, ring: .user, count: event.count &- spread / 2 &+ (random &>> 33) % (spread &+ 1))
    }
  }

  public func idle(_ nanoseconds: UInt64) { idleTime &+= nanoseconds }

  public func now() -> UInt64 { slices &* Self.sliceTime &+ idleTime }
}
